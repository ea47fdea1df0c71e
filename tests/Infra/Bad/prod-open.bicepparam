// expect private-network: 
using 'policy-open.bicep'
