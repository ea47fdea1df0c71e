// expect length: name
resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: 'stnametoolongforastorageaccount'
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
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Disabled'
    networkAcls: {
      defaultAction: 'Deny'
    }
  }
}
