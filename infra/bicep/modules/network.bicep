@description('Region.')
param location string

@description('Makes names unique.')
param token string

@description('Tags of every resource.')
param tags object

@description('Addresses of the network.')
param addresses string = '10.20.0.0/16'

var services = [
  'blob'
  'queue'
  'table'
]

resource network 'Microsoft.Network/virtualNetworks@2024-07-01' = {
  name: 'vnet-${token}'
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        addresses
      ]
    }
  }

  resource app 'subnets' = {
    name: 'app'
    properties: {
      addressPrefix: cidrSubnet(addresses, 24, 0)
      networkSecurityGroup: {
        id: rules.id
      }
      delegations: [
        {
          name: 'flex'
          properties: {
            serviceName: 'Microsoft.App/environments'
          }
        }
      ]
    }
  }

  resource endpoints 'subnets' = {
    name: 'endpoints'
    properties: {
      addressPrefix: cidrSubnet(addresses, 24, 1)
      networkSecurityGroup: {
        id: rules.id
      }
      privateEndpointNetworkPolicies: 'Enabled'
    }
    dependsOn: [
      app
    ]
  }

  // One address for each GPU replica, and some for the environment itself.
  resource training 'subnets' = {
    name: 'training'
    properties: {
      addressPrefix: cidrSubnet(addresses, 24, 2)
      networkSecurityGroup: {
        id: rules.id
      }
      delegations: [
        {
          name: 'container-apps'
          properties: {
            serviceName: 'Microsoft.App/environments'
          }
        }
      ]
    }
    dependsOn: [
      endpoints
    ]
  }
}

// Inside the network everything may talk; nothing from the internet comes in.
resource rules 'Microsoft.Network/networkSecurityGroups@2024-07-01' = {
  name: 'nsg-${token}'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'deny-internet'
        properties: {
          priority: 4000
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for service in services: {
    name: 'privatelink.${service}.${az.environment().suffixes.storage}'
    location: 'global'
    tags: tags
  }
]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (service, i) in services: {
    parent: zones[i]
    name: 'link-${service}'
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: {
        id: network.id
      }
    }
  }
]

output appSubnetId string = network::app.id
output endpointSubnetId string = network::endpoints.id
output trainingSubnetId string = network::training.id
output zoneIds array = [for (service, i) in services: { service: service, id: zones[i].id }]
