// expect unused: 'a' is never used
var a = 1
