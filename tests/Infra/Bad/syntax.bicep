// expect syntax: expected
param a string =
