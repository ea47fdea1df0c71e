// expect module: decorator.bicep has no output 'sam'; did you mean 'same'?
module part 'decorator.bicep' = {
  name: 'part'
  params: {
    name: 'a'
  }
}

output other string = part.outputs.sam
