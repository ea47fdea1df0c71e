// expect role-wildcard: 
resource starter 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid('starter')
  properties: {
    roleName: 'starter'
    permissions: [
      {
        actions: [
          'Microsoft.App/jobs/*'
        ]
      }
    ]
    assignableScopes: [
      resourceGroup().id
    ]
  }
}
