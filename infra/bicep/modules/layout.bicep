// What the suite keeps in storage. The code owns these names (functions/Platform/Storage/StorageNames.cs); a test holds this list to it.

@export()
@description('Blob containers.')
var containers = [
  'models'
  'incoming'
  'results'
  'quarantine'
  'prediction-log'
  'profiles'
  'reports'
  'datasets'
  'runs'
  'suites'
  'feedback'
]

@export()
@description('Queues.')
var queues = [
  'model-intake'
  'batch-intake'
  'batch-shards'
  'feedback'
  'shadow'
  'retraining-requests'
  'retraining-requests-poison'
  'alerts'
  'validations'
  'validations-poison'
]

@export()
@description('Tables.')
var tables = [
  'models'
  'batches'
  'shards'
  'feedback'
  'drift'
  'trainingruns'
  'retrainings'
  'reviews'
  'alerts'
  'audit'
]

@export()
@description('Which queue hears of new blobs in which container; the embedded runtime does the same by its settings BlobWatcher__{container}.')
var watched = [
  { container: 'models', queue: 'model-intake' }
  { container: 'incoming', queue: 'batch-intake' }
  { container: 'feedback', queue: 'feedback' }
]

@export()
@description('Container for events that could not be delivered.')
var deadLetters = 'event-deadletter'

@export()
@description('Container of the deployed package, in the host account.')
var package = 'app-package'

@export()
@description('Table of training runs, of which the trainer may change rows.')
var runTable = 'trainingruns'
