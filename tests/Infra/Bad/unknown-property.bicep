// expect unknown-property: 'properties.minimumTlsVersoin' is no property
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
    minimumTlsVersoin: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Disabled'
    networkAcls: {
      defaultAction: 'Deny'
    }
  }
}
