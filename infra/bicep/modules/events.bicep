import { roles } from 'roles.bicep'
import { deadLetters, watched } from 'layout.bicep'

@description('Region.')
param location string

@description('Makes names unique.')
param token string

@description('Tags of every resource.')
param tags object

@description('Account of the suite\'s data.')
param dataName string

@description('Workspace for logs.')
param workspaceId string

resource data 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: dataName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource undelivered 'containers' existing = {
      name: deadLetters
    }
  }

  resource queueService 'queueServices' existing = {
    name: 'default'
  }
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' existing = [
  for item in watched: {
    parent: data::queueService
    name: item.queue
  }
]

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: 'evgt-${token}'
  location: location
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    source: data.id
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
}

// The topic may put messages on these queues and no others.
resource maySend 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (item, i) in watched: {
    scope: queues[i]
    name: guid(data.id, item.queue, topic.id, roles.queueSender)
    properties: {
      principalId: topic.identity.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.queueSender)
    }
  }
]

resource mayKeepUndelivered 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: data::blobs::undelivered
  name: guid(data::blobs::undelivered.id, topic.id, roles.blobContributor)
  properties: {
    principalId: topic.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.blobContributor)
  }
}

// A subscription is tried when it is made: the rights come first. They take minutes to spread, so a first deployment may have to be repeated.
resource subscriptions 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = [
  for item in watched: {
    parent: topic
    name: 'blobs-${item.container}'
    properties: {
      deliveryWithResourceIdentity: {
        identity: {
          type: 'SystemAssigned'
        }
        destination: {
          endpointType: 'StorageQueue'
          properties: {
            resourceId: data.id
            queueName: item.queue
            queueMessageTimeToLiveInSeconds: 604800
          }
        }
      }
      deadLetterWithResourceIdentity: {
        identity: {
          type: 'SystemAssigned'
        }
        deadLetterDestination: {
          endpointType: 'StorageBlob'
          properties: {
            resourceId: data.id
            blobContainerName: deadLetters
          }
        }
      }
      eventDeliverySchema: 'CloudEventSchemaV1_0'
      filter: {
        includedEventTypes: [
          'Microsoft.Storage.BlobCreated'
        ]
        subjectBeginsWith: '/blobServices/default/containers/${item.container}/'
        isSubjectCaseSensitive: true
      }
      retryPolicy: {
        maxDeliveryAttempts: 30
        eventTimeToLiveInMinutes: 1440
      }
    }
    dependsOn: [
      maySend
      mayKeepUndelivered
    ]
  }
]

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: topic
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'DeliveryFailures'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

output topicId string = topic.id
