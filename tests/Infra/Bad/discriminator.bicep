// expect enumeration: properties.destination.endpointType: 'StorageQeueu'
resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: 'topic'
}

resource subscription 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  name: 'blobs'
  properties: {
    destination: {
      endpointType: 'StorageQeueu'
      properties: {
        queueName: 'queue'
      }
    }
  }
}
