import { roles } from 'roles.bicep'
import { runTable } from 'layout.bicep'

@description('Account of the package and of orchestrations.')
param hostName string

@description('Account of the suite\'s data.')
param dataName string

@description('Where telemetry goes.')
param insightsName string

@description('Identity of the app.')
param appPrincipalId string

@description('Identity of the trainer.')
param trainerPrincipalId string

@description('Whether orchestrations keep their history in the host account.')
param durableInStorage bool

@description('Whether there is a trainer.')
param training bool

resource host 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: hostName
}

resource data 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: dataName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource datasets 'containers' existing = {
      name: 'datasets'
    }

    resource runs 'containers' existing = {
      name: 'runs'
    }
  }

  resource tables 'tableServices' existing = {
    name: 'default'

    resource runRows 'tables' existing = {
      name: runTable
    }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

// The Functions host keeps leases and keys beside the suite's data and asks for ownership of blobs; queues and tables need less.
var ofApp = [
  roles.blobOwner
  roles.queueContributor
  roles.tableContributor
]
var ofAppInHost = durableInStorage ? [
  roles.blobContributor
  roles.queueContributor
  roles.tableContributor
] : [
  roles.blobContributor
]

resource appToData 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in ofApp: {
    scope: data
    name: guid(data.id, appPrincipalId, role)
    properties: {
      principalId: appPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource appToHost 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in ofAppInHost: {
    scope: host
    name: guid(host.id, appPrincipalId, role)
    properties: {
      principalId: appPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    }
  }
]

resource appToInsights 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: insights
  name: guid(insights.id, appPrincipalId, roles.metricsPublisher)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.metricsPublisher)
  }
}

resource trainerToDatasets 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (training) {
  scope: data::blobs::datasets
  name: guid(data::blobs::datasets.id, trainerPrincipalId, roles.blobReader)
  properties: {
    principalId: trainerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.blobReader)
  }
}

resource trainerToRuns 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (training) {
  scope: data::blobs::runs
  name: guid(data::blobs::runs.id, trainerPrincipalId, roles.blobContributor)
  properties: {
    principalId: trainerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.blobContributor)
  }
}

resource trainerToRunRows 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (training) {
  scope: data::tables::runRows
  name: guid(data::tables::runRows.id, trainerPrincipalId, roles.tableContributor)
  properties: {
    principalId: trainerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.tableContributor)
  }
}
