// expect secret: the secure parameter 'key' has its value in the text
@description('Key.')
@secure()
param key string = 'hunter2'

output length int = length(key)
