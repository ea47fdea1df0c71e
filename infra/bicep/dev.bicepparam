using './main.bicep'

// Small and open to the public network (identities and roles are asked for all the same).
param environmentName = 'dev'
param location = 'westeurope'
param privateNetwork = false
param redundancy = 'Standard_LRS'
param alwaysReadyHttp = 0
param maximumInstanceCount = 40
param dailyLogGB = 1
param monthlyBudget = 100
param accessAudience = readEnvironmentVariable('TIDEMARK_AUDIENCE', '00000000-0000-0000-0000-000000000000')
param githubRepository = readEnvironmentVariable('TIDEMARK_REPOSITORY', '')
param runbookRoot = readEnvironmentVariable('TIDEMARK_RUNBOOKS', '')
param alertEmail = readEnvironmentVariable('TIDEMARK_ALERT_EMAIL', '')
