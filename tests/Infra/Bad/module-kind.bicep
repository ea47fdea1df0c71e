// expect parameter: the parameter 'name' takes string, not int
module part 'decorator.bicep' = {
  name: 'part'
  params: {
    name: 3
  }
}
