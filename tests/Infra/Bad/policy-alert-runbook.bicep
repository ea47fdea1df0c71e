// expect alert-runbook: 
resource rule 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'rule'
  location: 'global'
  tags: {
    application: 'tidemark'
    environment: 'bad'
  }
  properties: {
    severity: 1
    enabled: true
    scopes: [
      resourceGroup().id
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: []
    }
  }
}
