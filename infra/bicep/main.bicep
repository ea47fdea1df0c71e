targetScope = 'subscription'

metadata name = 'Tidemark'
metadata description = 'The whole suite in one resource group. What is not said otherwise is closed: private network, no keys, no secrets.'

@description('Name of the environment; part of the resource group\'s name.')
@minLength(2)
@maxLength(16)
param environmentName string

@description('Region of everything but training.')
param location string

@description('Region of training: GPUs are not everywhere.')
param gpuLocation string = location

@description('Whether storage is reached through a private network alone. Leave it on in production.')
param privateNetwork bool = true

@description('Redundancy of storage: zone-redundant keeps working when a datacentre fails, geo-redundant keeps the data when a region fails.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
  'Standard_GZRS'
])
param redundancy string = 'Standard_ZRS'

@description('Memory of an instance in MB; models must fit into half of it.')
@allowed([
  512
  2048
  4096
])
param instanceMemoryMB int = 2048

@description('Most instances of each function group.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 100

@description('Instances that always stand ready for HTTP, so that the first caller does not wait; each is paid for.')
@minValue(0)
@maxValue(20)
param alwaysReadyHttp int = 1

@description('Where orchestrations keep their history: storage, or a Durable Task Scheduler.')
@allowed([
  'storage'
  'scheduler'
])
param durableBackend string = 'storage'

@description('GPU of training: T4 is enough for most tables, A100 for large ones; none leaves training to the app itself.')
@allowed([
  'none'
  'T4'
  'A100'
])
param gpu string = 'none'

@description('Image of the trainer in this environment\'s registry, pinned by digest: trainer@sha256:… Empty until the first one is pushed.')
param trainerImage string = ''

@description('Application id of the app registration that callers ask tokens for.')
param accessAudience string

@description('Most requests of one caller in a second, on each instance.')
@minValue(1)
param requestsPerSecond int = 100

@description('Repository that may deploy by OIDC, as owner/name; empty: none.')
param githubRepository string = ''

@description('Address ranges that may call the app, such as 203.0.113.0/24; none: everybody who has a key and a token.')
param callers array = []

@description('Further app settings, as README.md and the pages beside it list them. No secrets: a reference to a key vault instead.')
param settings object = {}

@description('Address before docs/runbooks/… in alerts.')
param runbookRoot string = ''

@description('E-mail address that alerts go to; empty: alerts are only shown.')
param alertEmail string = ''

@description('Money for a month, in the subscription\'s currency; at 50, 80 and 100 percent an alert is sent.')
@minValue(1)
param monthlyBudget int

@description('First day of the budget, the first of a month.')
param budgetStart string = utcNow('yyyy-MM-01')

@description('Most log data of a day in GB; what comes beyond is not kept.')
@minValue(1)
param dailyLogGB int = 5

@description('Days that the prediction log is kept.')
@minValue(1)
@maxValue(3650)
param predictionLogDays int = 90

var token = uniqueString(subscription().id, environmentName, location)
var tags = {
  application: 'tidemark'
  environment: environmentName
  'azd-env-name': environmentName
}

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-tidemark-${environmentName}'
  location: location
  tags: tags
}

module identities 'modules/identities.bicep' = {
  scope: group
  name: 'identities'
  params: {
    location: location
    token: token
    tags: tags
    githubRepository: githubRepository
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  name: 'monitoring'
  params: {
    location: location
    token: token
    tags: tags
    dailyLogGB: dailyLogGB
    alertEmail: alertEmail
  }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  scope: group
  name: 'network'
  params: {
    location: location
    token: token
    tags: tags
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  name: 'storage'
  params: {
    location: location
    token: token
    tags: tags
    redundancy: redundancy
    open: !privateNetwork
    predictionLogDays: predictionLogDays
    workspaceId: monitoring.outputs.workspaceId
  }
}

module endpoints 'modules/endpoints.bicep' = if (privateNetwork) {
  scope: group
  name: 'endpoints'
  params: {
    location: location
    tags: tags
    subnetId: network!.outputs.endpointSubnetId
    zoneIds: network!.outputs.zoneIds
    accounts: [
      { name: storage.outputs.hostName, id: storage.outputs.hostId }
      { name: storage.outputs.dataName, id: storage.outputs.dataId }
    ]
  }
}

module scheduler 'modules/scheduler.bicep' = if (durableBackend == 'scheduler') {
  scope: group
  name: 'scheduler'
  params: {
    location: location
    token: token
    tags: tags
    open: !privateNetwork
    appPrincipalId: identities.outputs.app.principalId
  }
}

module training 'modules/training.bicep' = if (gpu != 'none') {
  scope: group
  name: 'training'
  params: {
    location: gpuLocation
    token: token
    tags: tags
    gpu: gpu == 'A100' ? 'A100' : 'T4'
    image: trainerImage
    subnetId: privateNetwork ? network!.outputs.trainingSubnetId : ''
    trainer: identities.outputs.trainer
    appPrincipalId: identities.outputs.app.principalId
    deployPrincipalId: identities.outputs.deploy.principalId
    blobUri: storage.outputs.dataBlobUri
    tableUri: storage.outputs.dataTableUri
    workspaceId: monitoring.outputs.workspaceId
  }
}

module results 'modules/results.bicep' = if (gpu != 'none') {
  name: 'results-${token}'
  params: {
    token: token
    appPrincipalId: identities.outputs.app.principalId
  }
}

module access 'modules/access.bicep' = {
  scope: group
  name: 'access'
  params: {
    hostName: storage.outputs.hostName
    dataName: storage.outputs.dataName
    insightsName: monitoring.outputs.insightsName
    appPrincipalId: identities.outputs.app.principalId
    trainerPrincipalId: identities.outputs.trainer.principalId
    durableInStorage: durableBackend == 'storage'
    training: gpu != 'none'
  }
}

module app 'modules/app.bicep' = {
  scope: group
  name: 'app'
  params: {
    location: location
    token: token
    tags: tags
    identity: identities.outputs.app
    deployPrincipalId: identities.outputs.deploy.principalId
    subnetId: privateNetwork ? network!.outputs.appSubnetId : ''
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyHttp: alwaysReadyHttp
    hostName: storage.outputs.hostName
    dataName: storage.outputs.dataName
    insightsName: monitoring.outputs.insightsName
    workspaceId: monitoring.outputs.workspaceId
    trainingJobId: gpu != 'none' ? training!.outputs.jobId : ''
    schedulerEndpoint: durableBackend == 'scheduler' ? scheduler!.outputs.endpoint : ''
    taskHub: durableBackend == 'scheduler' ? scheduler!.outputs.taskHub : ''
    accessAudience: accessAudience
    requestsPerSecond: requestsPerSecond
    callers: callers
    settings: settings
    runbookRoot: runbookRoot
  }
  dependsOn: [
    access
    endpoints
  ]
}

module events 'modules/events.bicep' = {
  scope: group
  name: 'events'
  params: {
    location: location
    token: token
    tags: tags
    dataName: storage.outputs.dataName
    workspaceId: monitoring.outputs.workspaceId
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  name: 'alerts'
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    actionGroupId: monitoring.outputs.actionGroupId
    dataAccountId: storage.outputs.dataId
    topicId: events.outputs.topicId
    jobId: gpu != 'none' ? training!.outputs.jobId : ''
    runbookRoot: runbookRoot
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  name: 'workbook'
  params: {
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
}

module budget 'modules/budget.bicep' = {
  scope: group
  name: 'budget'
  params: {
    amount: monthlyBudget
    start: budgetStart
    actionGroupId: monitoring.outputs.actionGroupId
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output AZURE_LOCATION string = location
output SERVICE_FUNCTIONS_NAME string = app.outputs.name
output SERVICE_FUNCTIONS_URI string = app.outputs.uri
output TIDEMARK_DATA_ACCOUNT string = storage.outputs.dataName
output TIDEMARK_DEPLOY_CLIENT_ID string = identities.outputs.deploy.clientId
output TIDEMARK_REGISTRY string = gpu != 'none' ? training!.outputs.registry : ''
