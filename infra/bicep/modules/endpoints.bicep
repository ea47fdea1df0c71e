@description('Region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Subnet for private endpoints.')
param subnetId string

@description('DNS zone of each service: service, id.')
param zoneIds array

@description('Storage accounts: name, id.')
param accounts array

var pairs = flatten(map(accounts, account => map(zoneIds, zone => {
  name: account.name
  id: account.id
  service: zone.service
  zone: zone.id
})))

resource endpoints 'Microsoft.Network/privateEndpoints@2024-07-01' = [
  for pair in pairs: {
    name: 'pep-${pair.name}-${pair.service}'
    location: location
    tags: tags
    properties: {
      subnet: {
        id: subnetId
      }
      privateLinkServiceConnections: [
        {
          name: pair.service
          properties: {
            privateLinkServiceId: pair.id
            groupIds: [
              pair.service
            ]
          }
        }
      ]
    }
  }
]

resource zones 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-07-01' = [
  for (pair, i) in pairs: {
    parent: endpoints[i]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: pair.service
          properties: {
            privateDnsZoneId: pair.zone
          }
        }
      ]
    }
  }
]
