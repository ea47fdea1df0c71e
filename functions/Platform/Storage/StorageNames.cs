namespace Tidemark.Platform.Storage;

/// <summary>Every container, queue and table of the suite, so that a name stands in one place.</summary>
public static class StorageNames
{
    public static class Containers
    {
        public const string Models = "models";
        public const string Incoming = "incoming";
        public const string Results = "results";
        public const string Quarantine = "quarantine";
        public const string PredictionLog = "prediction-log";
        public const string Profiles = "profiles";
        public const string Reports = "reports";
        public const string Datasets = "datasets";
        public const string Runs = "runs";
        public const string Suites = "suites";
        public const string Feedback = "feedback";

        public static IReadOnlyList<string> All { get; } =
            [Models, Incoming, Results, Quarantine, PredictionLog, Profiles, Reports, Datasets, Runs, Suites, Feedback];
    }

    /// <summary>Queues; the runtime adds <c>-poison</c> beside each when it first needs one.</summary>
    public static class Queues
    {
        public const string ModelIntake = "model-intake";
        public const string BatchIntake = "batch-intake";
        public const string BatchShards = "batch-shards";
        public const string Feedback = "feedback";
        public const string Shadow = "shadow";
        public const string RetrainingRequests = "retraining-requests";
        public const string RetrainingRequestsPoison = "retraining-requests-poison";
        public const string Alerts = "alerts";

        /// <summary>The one poison queue with a reader: what could not be written down is tried until it can.</summary>
        public const string AlertsPoison = "alerts-poison";

        public const string Validations = "validations";
        public const string ValidationsPoison = "validations-poison";

        public static IReadOnlyList<string> All { get; } =
            [ModelIntake, BatchIntake, BatchShards, Feedback, Shadow, RetrainingRequests, RetrainingRequestsPoison, Alerts, Validations, ValidationsPoison];
    }

    public static class Tables
    {
        public const string Models = "models";
        public const string Batches = "batches";
        public const string Shards = "shards";
        public const string Feedback = "feedback";
        public const string Drift = "drift";
        public const string TrainingRuns = "trainingruns";
        public const string Retrainings = "retrainings";
        public const string Reviews = "reviews";
        public const string Alerts = "alerts";
        public const string Audit = "audit";

        public static IReadOnlyList<string> All { get; } =
            [Models, Batches, Shards, Feedback, Drift, TrainingRuns, Retrainings, Reviews, Alerts, Audit];
    }
}
