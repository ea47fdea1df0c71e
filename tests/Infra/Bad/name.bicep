// expect name: 'locatoin' is not declared; did you mean 'location'?
@description('Region.')
param location string = 'westeurope'

output where string = '${locatoin} ${location}'
