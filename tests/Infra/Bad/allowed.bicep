// expect allowed: 'tiny' is no allowed value of 'size'
@description('Size.')
@allowed([
  'small'
  'large'
])
param size string = 'tiny'

output same string = size
