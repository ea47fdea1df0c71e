using System.Globalization;
using System.Text.Json;
using Tidemark.Retraining.Datasets;

namespace Tidemark.Retraining.Records;

/// <summary>A retraining as answered: all that is known of it.</summary>
/// <param name="Step">What the training does at present, in the trainer's word.</param>
/// <param name="Progress">Of the training's step, 0 to 1.</param>
/// <param name="ComputeMinutes">Cost so far.</param>
/// <param name="Champion">Which version served when it began.</param>
/// <param name="Candidate">The version that it made.</param>
/// <param name="Outcome">What it came to, in a sentence.</param>
/// <param name="Decisions">What each step came to, with figures, in order.</param>
public sealed record RetrainingView(
    string Id, string Model, string State, bool Ended, string Trigger, string Reason, IReadOnlyDictionary<string, string> Evidence, string StartedBy,
    DateTimeOffset Created, DateTimeOffset Updated, DateTimeOffset? EndedAt, int PolicyVersion, string Compute, string? Step, double? Progress, DateTimeOffset? Eta,
    double ComputeMinutes, string? Champion, string? Candidate, string? Outcome, IReadOnlyList<Decision> Decisions)
{
    public FrozenDataset? Dataset { get; init; }

    public string? Report { get; init; }

    public static RetrainingView Of(RetrainingRow row, DateTimeOffset now) => new(
        row.RowKey, row.PartitionKey, Word(row.State), row.State.IsEnd(), row.Trigger, row.Reason,
        JsonSerializer.Deserialize(row.Evidence, RetrainingAnswersJson.Default.IReadOnlyDictionaryStringString)!, row.StartedBy,
        row.Created, row.Updated, row.Ended, row.PolicyVersion, row.Compute, row.ProgressStep, row.Progress, row.Eta,
        Math.Round(row.ComputeMinutes(now), 3), row.Champion, row.Candidate, row.Outcome, row.DecisionList())
    {
        Report = $"/api/retrainings/{row.RowKey}/report",
    };

    /// <summary>AwaitingApproval -> awaitingApproval.</summary>
    public static string Word(RetrainingState state) => state.ToString() is var word ? char.ToLower(word[0], CultureInfo.InvariantCulture) + word[1..] : "";
}

/// <summary>A page of retrainings, newest first.</summary>
/// <param name="Next">Cursor of the next page; null after the last.</param>
public sealed record RetrainingPage(IReadOnlyList<RetrainingView> Retrainings, string? Next);
