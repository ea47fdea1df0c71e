using System.Text.Json;
using Azure;
using Azure.Data.Tables;

namespace Tidemark.Retraining.Records;

/// <summary>Row of table <c>retrainings</c>; partition = model.</summary>
public abstract class RetrainingTableRow : ITableEntity
{
    public string PartitionKey { get; set; } = "";

    public string RowKey { get; set; } = "";

    public DateTimeOffset? Timestamp { get; set; }

    public ETag ETag { get; set; }
}

/// <summary>Everything about one retraining. Key = its id.</summary>
public sealed class RetrainingRow : RetrainingTableRow
{
    public const string Prefix = "retrain-";

    /// <value>Characters of a sentence that are kept. 4,000.</value>
    private const int LongestText = 4000;

    /// <value>Steps whose end is kept where all are too long for a row. 10.</value>
    private const int MostDecisions = 10;

    public RetrainingState State { get; set; }

    /// <summary><c>drift</c>, <c>quality</c>, <c>cron</c> or <c>manual</c>.</summary>
    public string Trigger { get; set; } = "";

    public string Request { get; set; } = "";

    public string Reason { get; set; } = "";

    /// <summary>JSON of an object of texts.</summary>
    public string Evidence { get; set; } = "{}";

    public string StartedBy { get; set; } = "";

    public DateTimeOffset Created { get; set; }

    public DateTimeOffset Updated { get; set; }

    public DateTimeOffset? Ended { get; set; }

    public int PolicyVersion { get; set; }

    public string Compute { get; set; } = "";

    /// <summary>0 to 1 of the training; null before it is known.</summary>
    public double? Progress { get; set; }

    public string? ProgressStep { get; set; }

    public DateTimeOffset? Eta { get; set; }

    /// <summary>When the compute was asked for, and when it was done with: the cost is what lies between.</summary>
    public DateTimeOffset? ComputeFrom { get; set; }

    public DateTimeOffset? ComputeTo { get; set; }

    /// <summary>Minutes of compute that are set aside for it while it may still run.</summary>
    public double ReservedMinutes { get; set; }

    /// <summary>The version that served when it began; null where none did.</summary>
    public string? Champion { get; set; }

    public string? Candidate { get; set; }

    /// <summary>What it came to, in a sentence.</summary>
    public string? Outcome { get; set; }

    /// <summary>JSON of a list of <see cref="Decision"/>.</summary>
    public string Decisions { get; set; } = "[]";

    /// <summary>Minutes of compute so far.</summary>
    public double ComputeMinutes(DateTimeOffset now) => ComputeFrom is { } from ? Math.Max(0, ((ComputeTo ?? now) - from).TotalMinutes) : 0;

    /// <summary>Moves on to a step. False when it is there, past it, or has ended: then nothing is changed.</summary>
    public bool Enter(RetrainingState step)
    {
        if (State.IsEnd() || State >= step) return false;
        State = step;
        return true;
    }

    /// <summary>Ends it. False when it has ended.</summary>
    public bool End(RetrainingState end, string outcome, DateTimeOffset now)
    {
        if (State.IsEnd()) return false;
        (State, Outcome, Ended, Progress, Eta) = (end, Short(outcome), now, null, null);
        (ComputeTo, ReservedMinutes) = (ComputeFrom is null ? null : ComputeTo ?? now, 0);
        return true;
    }

    public IReadOnlyList<Decision> DecisionList() => JsonSerializer.Deserialize(Decisions, RetrainingAnswersJson.Default.ListDecision)!;

    /// <summary>Writes down what a step came to; a step that is repeated says it once.</summary>
    public void Decide(Decision decision)
    {
        List<Decision> all = [.. DecisionList().Where(d => d.Step != decision.Step), decision with { Sentence = Short(decision.Sentence) }];
        string text = JsonSerializer.Serialize(all, RetrainingAnswersJson.Default.ListDecision);
        // A table's text holds 32,768 characters; whole sentences and all figures stand in the steps' own documents too.
        Decisions = text.Length <= 32_000 ? text : JsonSerializer.Serialize(
            [.. all.TakeLast(MostDecisions).Select(d => d with { Numbers = new Dictionary<string, double>(), Sentence = d.Sentence[..Math.Min(d.Sentence.Length, 400)] })], RetrainingAnswersJson.Default.ListDecision);
    }

    private static string Short(string text) => text.Length <= LongestText ? text : text[..LongestText] + "…";
}

/// <summary>What a step came to.</summary>
/// <param name="Step">Which, e.g. <c>gates</c>.</param>
/// <param name="Verdict"><c>passed</c>, <c>stopped</c>, or a word of the step.</param>
/// <param name="Sentence">Why, in words.</param>
/// <param name="Numbers">The figures, finite.</param>
/// <param name="At">When.</param>
public sealed record Decision(string Step, string Verdict, string Sentence, IReadOnlyDictionary<string, double> Numbers, DateTimeOffset At)
{
    public const string Passed = "passed", Stopped = "stopped";

    public static Decision Of(string step, bool passed, string sentence, DateTimeOffset at, params (string Name, double Value)[] numbers) => new(
        step, passed ? Passed : Stopped, sentence,
        numbers.Where(n => double.IsFinite(n.Value)).ToDictionary(n => n.Name, n => n.Value, StringComparer.Ordinal), at);
}

/// <summary>Row <c>turn</c> of a model: changed whenever a retraining is admitted, so that of two requests at once the second sees the first.</summary>
public sealed class TurnRow : RetrainingTableRow
{
    public const string Key = "turn";

    /// <summary>The retraining that was admitted last.</summary>
    public string Last { get; set; } = "";
}
