@description('Region.')
param location string

@description('Makes names unique.')
param token string

@description('Tags of every resource.')
param tags object

@description('Repository that may deploy by OIDC, as owner/name; empty: none.')
param githubRepository string

@description('GitHub environments whose jobs may deploy here; production asks for an approval there.')
param githubEnvironments array = [
  'staging'
  'production'
]

@export()
@description('A user-assigned identity.')
type identity = {
  @description('Resource id.')
  id: string
  @description('What tokens are asked for with.')
  clientId: string
  @description('What roles are given to.')
  principalId: string
}

resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-app-${token}'
  location: location
  tags: tags
}

resource trainer 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-trainer-${token}'
  location: location
  tags: tags
}

resource deploy 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-deploy-${token}'
  location: location
  tags: tags
}

// One after the other: Azure refuses two at a time on the same identity.
@batchSize(1)
resource federation 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2024-11-30' = [
  for environment in (empty(githubRepository) ? [] : githubEnvironments): {
    parent: deploy
    name: 'github-${environment}'
    properties: {
      issuer: 'https://token.actions.githubusercontent.com'
      subject: 'repo:${githubRepository}:environment:${environment}'
      audiences: [
        'api://AzureADTokenExchange'
      ]
    }
  }
]

output app identity = {
  id: app.id
  clientId: app.properties.clientId
  principalId: app.properties.principalId
}
output trainer identity = {
  id: trainer.id
  clientId: trainer.properties.clientId
  principalId: trainer.properties.principalId
}
output deploy identity = {
  id: deploy.id
  clientId: deploy.properties.clientId
  principalId: deploy.properties.principalId
}
