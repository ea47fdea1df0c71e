@description('Money for a month, in the subscription\'s currency.')
param amount int

@description('First day, the first of a month.')
param start string

@description('Who is told.')
param actionGroupId string

func notification(operator string, threshold int, kind string, group string) object => {
  enabled: true
  operator: operator
  threshold: threshold
  thresholdType: kind
  contactEmails: []
  contactGroups: [
    group
  ]
}

resource budget 'Microsoft.Consumption/budgets@2024-08-01' = {
  name: 'tidemark-monthly'
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: {
      startDate: start
    }
    notifications: {
      half: notification('GreaterThanOrEqualTo', 50, 'Actual', actionGroupId)
      most: notification('GreaterThanOrEqualTo', 80, 'Actual', actionGroupId)
      all: notification('GreaterThanOrEqualTo', 100, 'Actual', actionGroupId)
      expected: notification('GreaterThanOrEqualTo', 100, 'Forecasted', actionGroupId)
    }
  }
}
