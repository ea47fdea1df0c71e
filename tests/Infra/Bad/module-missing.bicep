// expect module: the parameter 'name' of decorator.bicep is not given
module part 'decorator.bicep' = {
  name: 'part'
}
