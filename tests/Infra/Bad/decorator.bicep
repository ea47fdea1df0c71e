// expect decorator: no decorator 'minlength'
@minlength(2)
@description('Name.')
param name string

output same string = name
