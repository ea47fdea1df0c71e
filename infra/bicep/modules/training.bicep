import { identity as trainerIdentity } from 'identities.bicep'
import { roles } from 'roles.bicep'

@description('Region that has the GPU.')
param location string

@description('Makes names unique.')
param token string

@description('Tags of every resource.')
param tags object

@description('GPU: T4 with 8 cores and 56 GiB, or A100 with 24 cores and 220 GiB.')
@allowed([
  'T4'
  'A100'
])
param gpu string

@description('Image in this registry by digest; empty: none was pushed yet, and there is no job.')
param image string

@description('Subnet of the environment; empty: none.')
param subnetId string

@description('Identity of the trainer.')
param trainer trainerIdentity

@description('Identity of the app, which starts the job.')
param appPrincipalId string

@description('Identity of the pipeline, which pushes images.')
param deployPrincipalId string

@description('Blobs of the suite\'s data.')
param blobUri string

@description('Tables of the suite\'s data.')
param tableUri string

@description('Workspace for logs.')
param workspaceId string

var profiles = {
  T4: {
    type: 'Consumption-GPU-NC8as-T4'
    cpu: '8'
    memory: '56Gi'
  }
  A100: {
    type: 'Consumption-GPU-NC24-A100'
    cpu: '24'
    memory: '220Gi'
  }
}

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' = {
  name: 'cr${token}'
  location: location
  tags: tags
  sku: {
    name: 'Basic'
  }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
  }
}

resource environment 'Microsoft.App/managedEnvironments@2025-01-01' = {
  name: 'cae-${token}'
  location: location
  tags: tags
  properties: {
    workloadProfiles: [
      {
        name: 'Consumption'
        workloadProfileType: 'Consumption'
      }
      {
        name: 'gpu'
        workloadProfileType: profiles[gpu].type
      }
    ]
    vnetConfiguration: empty(subnetId) ? null : {
      infrastructureSubnetId: subnetId
      internal: true
    }
    // By diagnostic settings, so that no key of the workspace is needed.
    appLogsConfiguration: {
      destination: 'azure-monitor'
    }
    peerAuthentication: {
      mtls: {
        enabled: true
      }
    }
  }
}

// It takes the oldest run that waits, whoever started it and however often: a start too many finds nothing to do and ends.
resource job 'Microsoft.App/jobs@2025-01-01' = if (!empty(image)) {
  name: 'train'
  location: location
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${trainer.id}': {}
    }
  }
  properties: {
    environmentId: environment.id
    workloadProfileName: 'gpu'
    configuration: {
      triggerType: 'Manual'
      // The most that a run may cost, in seconds.
      replicaTimeout: 7200
      // Trying again is for the orchestration to decide.
      replicaRetryLimit: 0
      manualTriggerConfig: {
        parallelism: 1
        replicaCompletionCount: 1
      }
      registries: [
        {
          server: registry.properties.loginServer
          identity: trainer.id
        }
      ]
    }
    template: {
      containers: [
        {
          name: 'train'
          image: '${registry.properties.loginServer}/${image}'
          args: [
            '--claim'
          ]
          resources: {
            cpu: json(profiles[gpu].cpu)
            memory: profiles[gpu].memory
          }
          env: [
            {
              name: 'AZURE_CLIENT_ID'
              value: trainer.clientId
            }
            {
              name: 'AzureWebJobsStorage__clientId'
              value: trainer.clientId
            }
            {
              name: 'AzureWebJobsStorage__blobServiceUri'
              value: blobUri
            }
            {
              name: 'AzureWebJobsStorage__tableServiceUri'
              value: tableUri
            }
          ]
        }
      ]
    }
  }
  dependsOn: [
    mayPull
  ]
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: environment
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
  }
}

resource mayPull 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: registry
  name: guid(registry.id, trainer.principalId, roles.acrPull)
  properties: {
    principalId: trainer.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.acrPull)
  }
}

resource mayPush 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: registry
  name: guid(registry.id, deployPrincipalId, roles.acrPush)
  properties: {
    principalId: deployPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.acrPush)
  }
}

// Five actions: the built-in Jobs Operator could read secrets and open a shell as well.
resource starter 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(resourceGroup().id, 'training starter')
  properties: {
    roleName: 'Tidemark training starter ${token}'
    description: 'Starts, stops and watches training jobs.'
    type: 'CustomRole'
    permissions: [
      {
        actions: [
          'Microsoft.App/jobs/read'
          'Microsoft.App/jobs/start/action'
          'Microsoft.App/jobs/stop/execution/action'
          'Microsoft.App/jobs/executions/read'
          'Microsoft.App/jobs/execution/read'
        ]
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
    assignableScopes: [
      resourceGroup().id
    ]
  }
}

resource mayStart 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(image)) {
  scope: job
  name: guid(job.id, appPrincipalId, starter.id)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: starter.id
  }
}

output jobId string = empty(image) ? '' : job.id
output registry string = registry.properties.loginServer
