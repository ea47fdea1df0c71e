// expect description: the parameter 'a' has no @description
param a string = ''

output b string = a
