@description('Region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Workspace that it reads.')
param workspaceId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'tidemark workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Tidemark'
    category: 'workbook'
    sourceId: workspaceId
    serializedData: loadTextContent('../workbook.json')
  }
}
