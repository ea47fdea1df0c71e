// expect shared-keys: 
resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: 'stbad'
  location: 'westeurope'
  tags: {
    application: 'tidemark'
    environment: 'bad'
  }
  kind: 'StorageV2'
  sku: {
    name: 'Standard_LRS'
  }
  properties: {
    allowBlobPublicAccess: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Disabled'
    networkAcls: {
      defaultAction: 'Deny'
    }
  }
}
