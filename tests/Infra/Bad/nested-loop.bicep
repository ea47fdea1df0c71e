// expect nested-loop: 'subnets' stands within another resource
resource network 'Microsoft.Network/virtualNetworks@2024-07-01' = {
  name: 'vnet'
  location: 'westeurope'
  tags: {
    application: 'tidemark'
    environment: 'bad'
  }

  resource subnets 'subnets' = [
    for name in ['a', 'b']: {
      name: name
    }
  ]
}
