// expect import: duplicate.bicep exports no 'b'
import { b } from 'duplicate.bicep'

output c string = b
