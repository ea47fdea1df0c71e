// expect module: no file 'nowhere.bicep'
module part 'nowhere.bicep' = {
  name: 'part'
}
