import { containers, queues, tables, deadLetters, package } from 'layout.bicep'

@description('Region.')
param location string

@description('Makes names unique.')
param token string

@description('Tags of every resource.')
param tags object

@description('Redundancy of both accounts.')
param redundancy string

@description('Whether the accounts are reached from public networks, by identities with roles all the same.')
param open bool

@description('Days that the prediction log is kept.')
param predictionLogDays int

@description('Workspace for logs.')
param workspaceId string

var closed = {
  accessTier: 'Hot'
  allowSharedKeyAccess: false
  allowBlobPublicAccess: false
  allowCrossTenantReplication: false
  defaultToOAuthAuthentication: true
  minimumTlsVersion: 'TLS1_2'
  supportsHttpsTrafficOnly: true
  publicNetworkAccess: open ? 'Enabled' : 'Disabled'
  networkAcls: {
    defaultAction: open ? 'Allow' : 'Deny'
    // Event Grid delivers to queues as a trusted service.
    bypass: 'AzureServices'
  }
}
var kept = {
  isVersioningEnabled: true
  deleteRetentionPolicy: {
    enabled: true
    days: 14
  }
  containerDeleteRetentionPolicy: {
    enabled: true
    days: 14
  }
}

// What the platform keeps for the app: its package, and the history of orchestrations. Whoever may write data may not write this.
resource host 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: 'st${token}host'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: redundancy
  }
  properties: closed

  resource packageBlobs 'blobServices' = {
    name: 'default'
    properties: {
      deleteRetentionPolicy: kept.deleteRetentionPolicy
      containerDeleteRetentionPolicy: kept.containerDeleteRetentionPolicy
    }

    resource packages 'containers' = {
      name: package
      properties: {
        publicAccess: 'None'
      }
    }
  }
}

// What the suite works on: AzureWebJobsStorage.
resource data 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: 'st${token}data'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: redundancy
  }
  properties: closed

  resource blobs 'blobServices' = {
    name: 'default'
    properties: kept
  }

  resource queueService 'queueServices' = {
    name: 'default'
  }

  resource tableService 'tableServices' = {
    name: 'default'
  }

  resource retention 'managementPolicies' = {
    name: 'default'
    properties: {
      policy: {
        rules: [
          {
            name: 'prediction-log'
            enabled: true
            type: 'Lifecycle'
            definition: {
              filters: {
                blobTypes: [
                  'blockBlob'
                ]
                prefixMatch: [
                  'prediction-log/'
                ]
              }
              actions: {
                baseBlob: {
                  delete: {
                    daysAfterModificationGreaterThan: predictionLogDays
                  }
                }
                version: {
                  delete: {
                    daysAfterCreationGreaterThan: 1
                  }
                }
              }
            }
          }
          {
            name: 'old-versions'
            enabled: true
            type: 'Lifecycle'
            definition: {
              filters: {
                blobTypes: [
                  'blockBlob'
                ]
              }
              actions: {
                version: {
                  delete: {
                    daysAfterCreationGreaterThan: 30
                  }
                }
              }
            }
          }
          {
            name: 'dropped-files'
            enabled: true
            type: 'Lifecycle'
            definition: {
              filters: {
                blobTypes: [
                  'blockBlob'
                ]
                prefixMatch: [
                  'incoming/'
                  'feedback/'
                  '${deadLetters}/'
                ]
              }
              actions: {
                baseBlob: {
                  delete: {
                    daysAfterModificationGreaterThan: 90
                  }
                }
              }
            }
          }
        ]
      }
    }
    dependsOn: [
      blobs
    ]
  }
}

resource allContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = [
  for name in concat(containers, [deadLetters]): {
    parent: data::blobs
    name: name
    properties: {
      publicAccess: 'None'
    }
  }
]

resource allQueues 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-01-01' = [
  for name in queues: {
    parent: data::queueService
    name: name
  }
]

resource allTables 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-01-01' = [
  for name in tables: {
    parent: data::tableService
    name: name
  }
]

resource blobLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: data::blobs
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'StorageDelete'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'Transaction'
        enabled: true
      }
    ]
  }
}

resource queueLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: data::queueService
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    metrics: [
      {
        category: 'Transaction'
        enabled: true
      }
    ]
  }
}

resource tableLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: data::tableService
  name: 'to-workspace'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'StorageDelete'
        enabled: true
      }
    ]
    metrics: [
      {
        category: 'Transaction'
        enabled: true
      }
    ]
  }
}

output hostName string = host.name
output hostId string = host.id
output dataName string = data.name
output dataId string = data.id
output dataBlobUri string = data.properties.primaryEndpoints.blob
output dataTableUri string = data.properties.primaryEndpoints.table
