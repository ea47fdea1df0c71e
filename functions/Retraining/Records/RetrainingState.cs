using System.Text.Json.Serialization;

namespace Tidemark.Retraining.Records;

/// <summary>Where a retraining stands; the steps in their order, then the ends. It only ever moves forward.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RetrainingState>))]
public enum RetrainingState
{
    /// <summary>Admitted; its orchestration begins at once or with the next minute.</summary>
    Requested,
    Freezing,
    Validating,
    Training,
    Verifying,
    Evaluating,
    AwaitingApproval,
    Promoting,
    Watching,

    /// <summary>Promoted, and the watch found nothing.</summary>
    Kept = 100,

    /// <summary>Promoted, found wanting in the watch, and taken back.</summary>
    RolledBack,

    /// <summary>The gates did not let it pass.</summary>
    Refused,

    /// <summary>A person said no.</summary>
    Rejected,

    /// <summary>No person answered in time.</summary>
    Expired,

    Cancelled,

    /// <summary>The data did not hold to the suite, or are too few.</summary>
    Blocked,

    /// <summary>Training came to the model that serves already.</summary>
    Unchanged,

    /// <summary>Something broke; the reason says what.</summary>
    Failed,

    /// <summary>Not begun: within the cool-down, or over budget.</summary>
    Skipped,
}

public static class RetrainingStates
{
    public static bool IsEnd(this RetrainingState state) => state >= RetrainingState.Kept;

    /// <summary>Whether a person may still stop it: what has been promoted is taken back by the registry's rollback.</summary>
    public static bool IsCancellable(this RetrainingState state) => state < RetrainingState.Promoting;
}
