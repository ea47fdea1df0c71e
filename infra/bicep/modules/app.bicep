import { identity as appIdentity } from 'identities.bicep'
import { package } from 'layout.bicep'
import { roles } from 'roles.bicep'

@description('Region.')
param location string

@description('Makes names unique.')
param token string

@description('Tags of every resource.')
param tags object

@description('Identity of the app.')
param identity appIdentity

@description('Identity of the pipeline, which may deploy the app.')
param deployPrincipalId string

@description('Subnet that the app calls out from; empty: none.')
param subnetId string

@description('Memory of an instance in MB.')
param instanceMemoryMB int

@description('Most instances of each function group.')
param maximumInstanceCount int

@description('Instances that always stand ready for HTTP.')
param alwaysReadyHttp int

@description('Most requests of one caller in a second, on each instance.')
param requestsPerSecond int

@description('Address ranges that may call the app; none: all.')
param callers array

@description('Further app settings.')
param settings object

@description('Account of the package and of orchestrations.')
param hostName string

@description('Account of the suite\'s data.')
param dataName string

@description('Where telemetry goes.')
param insightsName string

@description('Workspace for logs.')
param workspaceId string

@description('The job that trains; empty: the app trains itself.')
param trainingJobId string

@description('Durable Task Scheduler; empty: orchestrations keep their history in the host account.')
param schedulerEndpoint string

@description('Task hub in the scheduler.')
param taskHub string

@description('Application id that callers ask tokens for.')
param accessAudience string

@description('Address before runbooks in alerts.')
param runbookRoot string

resource host 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: hostName
}

resource data 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: dataName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: 'plan-${token}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

var common = {
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identity.clientId
  AzureWebJobsStorage__blobServiceUri: data.properties.primaryEndpoints.blob
  AzureWebJobsStorage__queueServiceUri: data.properties.primaryEndpoints.queue
  AzureWebJobsStorage__tableServiceUri: data.properties.primaryEndpoints.table
  APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.clientId};Authorization=AAD'
  AZURE_CLIENT_ID: identity.clientId
  Telemetry__Prometheus: 'false'
  // Half of an instance's memory: requests, files under way and the host need the rest.
  Prediction__ModelMemoryBytes: string(instanceMemoryMB * 1024 * 512)
  Alerts__RunbookRoot: runbookRoot
  Access__Authority: '${az.environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
  Access__Audience: accessAudience
  Access__RequestsPerSecond: string(requestsPerSecond)
}
var training = empty(trainingJobId) ? {} : {
  Compute__Name: 'container-apps'
  Compute__ContainerApps__Job: trainingJobId
  Compute__ContainerApps__ClientId: identity.clientId
}
// Settings of the host that differ from host.json: where orchestrations keep their history.
var durable = empty(schedulerEndpoint) ? {
  AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionName: 'DurableStorage'
  DurableStorage__credential: 'managedidentity'
  DurableStorage__clientId: identity.clientId
  DurableStorage__blobServiceUri: host.properties.primaryEndpoints.blob
  DurableStorage__queueServiceUri: host.properties.primaryEndpoints.queue
  DurableStorage__tableServiceUri: host.properties.primaryEndpoints.table
} : {
  AzureFunctionsJobHost__extensions__durableTask__hubName: taskHub
  AzureFunctionsJobHost__extensions__durableTask__storageProvider__type: 'azureManaged'
  AzureFunctionsJobHost__extensions__durableTask__storageProvider__connectionStringName: 'DurableScheduler'
  DurableScheduler: 'Endpoint=${schedulerEndpoint};Authentication=ManagedIdentity;ClientID=${identity.clientId}'
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: 'func-${token}'
  location: location
  tags: union(tags, { 'azd-service-name': 'functions' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    publicNetworkAccess: 'Enabled'
    clientAffinityEnabled: false
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      cors: {
        allowedOrigins: []
      }
      ipSecurityRestrictionsDefaultAction: empty(callers) ? 'Allow' : 'Deny'
      ipSecurityRestrictions: [
        for (address, i) in callers: {
          name: 'caller-${i}'
          ipAddress: address
          action: 'Allow'
          priority: 100 + i
        }
      ]
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${host.properties.primaryEndpoints.blob}${package}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      runtime: {
        name: 'dotnet-isolated'
        version: '10.0'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReadyHttp > 0 ? [
          {
            name: 'http'
            instanceCount: alwaysReadyHttp
          }
        ] : []
        triggers: {
          http: {
            perInstanceConcurrency: 16
          }
        }
      }
      // In preview, and not yet in the published types: instances are drained instead of killed when a package is deployed.
      #disable-next-line BCP037
      siteUpdateStrategy: {
        type: 'RollingUpdate'
      }
    }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: union(common, training, durable, settings)
  }

  resource noFtp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: {
      allow: false
    }
  }

  resource noPassword 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: {
      allow: false
    }
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: app
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

resource mayDeploy 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: app
  name: guid(app.id, deployPrincipalId, roles.websiteContributor)
  properties: {
    principalId: deployPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.websiteContributor)
  }
}

output name string = app.name
output uri string = 'https://${app.properties.defaultHostName}'
