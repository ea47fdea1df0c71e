// expect role: 
resource account 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: 'stbad'
}

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, 'owner')
  properties: {
    principalId: '00000000-0000-0000-0000-000000000000'
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '8e3af657-a8ff-443c-a75c-2fe8c4bcb635')
  }
}
