// expect module: decorator.bicep has no parameter 'nam'; did you mean 'name'?
module part 'decorator.bicep' = {
  name: 'part'
  params: {
    nam: 'a'
    name: 'a'
  }
}
