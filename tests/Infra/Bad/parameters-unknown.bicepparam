// expect parameters: decorator.bicep has no parameter 'nmae'; did you mean 'name'?
using 'decorator.bicep'

param name = 'a'
param nmae = 'b'
