using './main.bicep'

// What `azd up` takes. `azd env set NAME VALUE` sets the variables; docs/deploy.md lists them.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'dev')
param location = readEnvironmentVariable('AZURE_LOCATION', 'westeurope')
param privateNetwork = bool(readEnvironmentVariable('TIDEMARK_PRIVATE_NETWORK', 'true'))
param redundancy = readEnvironmentVariable('TIDEMARK_REDUNDANCY', 'Standard_ZRS')
param gpu = readEnvironmentVariable('TIDEMARK_GPU', 'none')
param trainerImage = readEnvironmentVariable('TIDEMARK_TRAINER_IMAGE', '')
param alwaysReadyHttp = int(readEnvironmentVariable('TIDEMARK_ALWAYS_READY', '1'))
param monthlyBudget = int(readEnvironmentVariable('TIDEMARK_BUDGET', '300'))
param accessAudience = readEnvironmentVariable('TIDEMARK_AUDIENCE', '00000000-0000-0000-0000-000000000000')
param githubRepository = readEnvironmentVariable('TIDEMARK_REPOSITORY', '')
param runbookRoot = readEnvironmentVariable('TIDEMARK_RUNBOOKS', '')
param alertEmail = readEnvironmentVariable('TIDEMARK_ALERT_EMAIL', '')
