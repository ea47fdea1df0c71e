// expect function: no function 'uniquestring'; did you mean 'uniqueString'?
output token string = uniquestring('a')
