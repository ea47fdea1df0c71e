// expect parameters: the parameter 'name' of decorator.bicep is not given
using 'decorator.bicep'
