import { roles } from 'roles.bicep'

@description('Region.')
param location string

@description('Makes names unique.')
param token string

@description('Tags of every resource.')
param tags object

@description('Whether it is reached from public networks, by identities with roles all the same.')
param open bool

@description('Identity of the app.')
param appPrincipalId string

resource scheduler 'Microsoft.DurableTask/schedulers@2025-04-01-preview' = {
  name: 'dts-${token}'
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'Dedicated'
      capacity: 1
    }
    ipAllowlist: open ? [
      '0.0.0.0/0'
    ] : []
  }

  resource hub 'taskHubs' = {
    name: 'tidemark'
  }
}

resource mayWork 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: scheduler::hub
  name: guid(scheduler::hub.id, appPrincipalId, roles.durableTaskContributor)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.durableTaskContributor)
  }
}

output endpoint string = scheduler.properties.endpoint
output taskHub string = scheduler::hub.name
