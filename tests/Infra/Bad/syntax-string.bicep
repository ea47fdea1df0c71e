// expect syntax: the string has no end
var a = 'never ends
