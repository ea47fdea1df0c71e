targetScope = 'subscription'

@description('Makes names unique.')
param token string

@description('Identity of the app.')
param appPrincipalId string

// Whether a start worked is told at an address of the subscription, not of the job. This reads nothing else.
resource reader 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(subscription().id, token, 'job results reader')
  properties: {
    roleName: 'Tidemark job results reader ${token}'
    description: 'Reads the results of operations on jobs.'
    type: 'CustomRole'
    permissions: [
      {
        actions: [
          'Microsoft.App/locations/containerappsjoboperationresults/read'
          'Microsoft.App/locations/containerappsjoboperationstatuses/read'
        ]
        notActions: []
        dataActions: []
        notDataActions: []
      }
    ]
    assignableScopes: [
      subscription().id
    ]
  }
}

resource mayReadResults 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(subscription().id, appPrincipalId, reader.id)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: reader.id
  }
}
