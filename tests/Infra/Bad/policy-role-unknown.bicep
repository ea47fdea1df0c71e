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
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'ba92f5b4-2d11-453d-a403-e96b0029c9ff')
  }
}
