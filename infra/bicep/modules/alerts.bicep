@description('Region.')
param location string

@description('Tags of every resource.')
param tags object

@description('Workspace that queries read.')
param workspaceId string

@description('Who is told.')
param actionGroupId string

@description('Account of the suite\'s data.')
param dataAccountId string

@description('Topic of blob events.')
param topicId string

@description('The job that trains; empty: none.')
param jobId string

@description('Address before docs/runbooks/….')
param runbookRoot string

// Each has its page in docs/runbooks under its own name, with the same query. A rule fires when its query has a row.
var rules = [
  {
    name: 'poison-messages'
    title: 'Messages were given up'
    query: loadTextContent('../queries/poison-messages.kql')
    severity: 1
    window: 'PT15M'
  }
  {
    name: 'prediction-errors'
    title: 'Over 1 % of a model\'s predictions fail'
    query: loadTextContent('../queries/prediction-errors.kql')
    severity: 1
    window: 'PT15M'
  }
  {
    name: 'prediction-latency'
    title: 'Predictions are slow: p95 over 500 ms'
    query: loadTextContent('../queries/prediction-latency.kql')
    severity: 2
    window: 'PT15M'
  }
  {
    name: 'drift'
    title: 'A model\'s inputs or answers drift'
    query: loadTextContent('../queries/drift.kql')
    severity: 2
    window: 'PT1H'
  }
  {
    name: 'quality'
    title: 'A model\'s quality falls'
    query: loadTextContent('../queries/quality.kql')
    severity: 2
    window: 'PT1H'
  }
  {
    name: 'audit'
    title: 'The audit trail was changed'
    query: loadTextContent('../queries/audit.kql')
    severity: 0
    window: 'P1D'
  }
  {
    name: 'undelivered-alerts'
    title: 'Alerts of the suite were told to nobody'
    query: loadTextContent('../queries/undelivered-alerts.kql')
    severity: 1
    window: 'PT1H'
  }
  {
    name: 'lost-log-rows'
    title: 'The prediction log loses rows'
    query: loadTextContent('../queries/lost-log-rows.kql')
    severity: 3
    window: 'PT1H'
  }
  {
    name: 'quarantined-batches'
    title: 'Parts of a batch were given up'
    query: loadTextContent('../queries/quarantined-batches.kql')
    severity: 2
    window: 'PT1H'
  }
]

resource ofLogs 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: 'tidemark-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'Tidemark: ${rule.title}'
      description: '${rule.title}. What to do: ${runbookRoot}docs/runbooks/${rule.name}.md'
      severity: rule.severity
      enabled: true
      scopes: [
        workspaceId
      ]
      evaluationFrequency: 'PT15M'
      windowSize: rule.window
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      autoMitigate: true
      // A new workspace has no tables yet.
      skipQueryValidation: true
      actions: {
        actionGroups: [
          actionGroupId
        ]
      }
    }
  }
]

resource throttling 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'tidemark-storage-throttling'
  location: 'global'
  tags: tags
  properties: {
    description: 'Storage turns requests away. What to do: ${runbookRoot}docs/runbooks/storage-throttling.md'
    severity: 2
    enabled: true
    scopes: [
      dataAccountId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'turned-away'
          metricNamespace: 'Microsoft.Storage/storageAccounts'
          metricName: 'Transactions'
          dimensions: [
            {
              name: 'ResponseType'
              operator: 'Include'
              values: [
                'ServerBusyError'
                'ClientThrottlingError'
                'ClientAccountRequestThrottlingError'
                'ClientAccountBandwidthThrottlingError'
              ]
            }
          ]
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 10
        }
      ]
    }
    autoMitigate: true
    actions: [
      {
        actionGroupId: actionGroupId
      }
    ]
  }
}

resource undelivered 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'tidemark-undelivered-events'
  location: 'global'
  tags: tags
  properties: {
    description: 'Events of new blobs did not reach their queue. What to do: ${runbookRoot}docs/runbooks/undelivered-events.md'
    severity: 1
    enabled: true
    scopes: [
      topicId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'dead-lettered'
          metricNamespace: 'Microsoft.EventGrid/systemTopics'
          metricName: 'DeadLetteredCount'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    autoMitigate: true
    actions: [
      {
        actionGroupId: actionGroupId
      }
    ]
  }
}

resource failedTraining 'Microsoft.Insights/metricAlerts@2018-03-01' = if (!empty(jobId)) {
  name: 'tidemark-failed-training'
  location: 'global'
  tags: tags
  properties: {
    description: 'A training job failed. What to do: ${runbookRoot}docs/runbooks/failed-training.md'
    severity: 2
    enabled: true
    scopes: [
      jobId
    ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'failed'
          metricNamespace: 'Microsoft.App/jobs'
          metricName: 'Executions'
          dimensions: [
            {
              name: 'state'
              operator: 'Include'
              values: [
                'Failed'
                'Degraded'
              ]
            }
          ]
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    autoMitigate: true
    actions: [
      {
        actionGroupId: actionGroupId
      }
    ]
  }
}
