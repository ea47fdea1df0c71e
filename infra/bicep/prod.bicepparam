using './main.bicep'

// Private network, zone-redundant storage, an instance that always stands ready, GPU training.
param environmentName = 'prod'
param location = 'swedencentral'
param privateNetwork = true
param redundancy = 'Standard_ZRS'
param instanceMemoryMB = 4096
param alwaysReadyHttp = 2
param maximumInstanceCount = 100
param gpu = 'T4'
param trainerImage = readEnvironmentVariable('TIDEMARK_TRAINER_IMAGE', '')
param dailyLogGB = 10
param predictionLogDays = 180
param monthlyBudget = 1500
param accessAudience = readEnvironmentVariable('TIDEMARK_AUDIENCE', '00000000-0000-0000-0000-000000000000')
param githubRepository = readEnvironmentVariable('TIDEMARK_REPOSITORY', '')
param runbookRoot = readEnvironmentVariable('TIDEMARK_RUNBOOKS', '')
param alertEmail = readEnvironmentVariable('TIDEMARK_ALERT_EMAIL', '')
