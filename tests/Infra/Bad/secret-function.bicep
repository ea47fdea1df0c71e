// expect secret: 'listKeys' gives out a key
resource account 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: 'stbad'
}

output connection string = 'AccountName=${account.name};Key=${account.listKeys().keys[0].value}'
