// expect parent: Microsoft.Web/sites is no parent of Microsoft.Storage/storageAccounts/blobServices
resource site 'Microsoft.Web/sites@2024-11-01' existing = {
  name: 'site'
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: site
  name: 'default'
}
