// expect enumeration-open: properties.publicNetworkAccess: 'Off' is none of
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
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Off'
    networkAcls: {
      defaultAction: 'Deny'
    }
  }
}
