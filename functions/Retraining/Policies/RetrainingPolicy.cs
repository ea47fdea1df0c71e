using System.Text.Json;
using Tidemark.Platform.Errors;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Evaluation;

namespace Tidemark.Retraining.Policies;

/// <summary>When and how a model is trained anew, and what must hold before and after the new version serves. Times are written <c>d.hh:mm:ss</c>.</summary>
public sealed record RetrainingPolicy
{
    public TriggerPolicy Triggers { get; init; } = new();

    /// <value>Least time from one retraining's beginning to the next one's; one that was refused admission does not count. Default one day.</value>
    public TimeSpan CoolDown { get; init; } = TimeSpan.FromDays(1);

    public RunBudget Budget { get; init; } = new();

    public DataPolicy Data { get; init; } = new();

    /// <value>A run spec (docs/training-contract.md) without <c>contract</c>, <c>dataset</c> and <c>output</c>.</value>
    public required JsonElement Training { get; init; }

    /// <value>Where it trains: <c>local</c>, <c>container-apps</c> or <c>external</c>. Default: the setting <c>Compute__Name</c>.</value>
    public string? Compute { get; init; }

    /// <value>The suite that the data must hold to, <c>name</c> or <c>name/version</c>. Default: the champion's; none where it has none.</value>
    public string? Suite { get; init; }

    public GatePolicy Gates { get; init; } = new();

    public ApprovalPolicy Approval { get; init; } = new();

    public WatchPolicy Watch { get; init; } = new();

    /// <summary>The spec of a run on these data.</summary>
    public Outcome<RunSpec> Spec(string blob, string? sha256)
    {
        var spec = new Dictionary<string, object?> { ["contract"] = 1, ["dataset"] = new DatasetSpec(Blob: blob, Sha256: sha256) };
        foreach (JsonProperty field in Training.EnumerateObject()) spec[field.Name] = field.Value;
        return RunSpecReader.Read(JsonSerializer.SerializeToUtf8Bytes(spec, RunSpecReader.Json));
    }
}

/// <param name="Cron">Minute, hour, day, month, day of the week, in UTC; null: never by the clock.</param>
/// <param name="Drift">Whether requests of drift checks are followed. Default true.</param>
/// <param name="Quality">Whether requests of quality checks are followed. Default true.</param>
public sealed record TriggerPolicy(string? Cron = null, bool Drift = true, bool Quality = true);

/// <param name="MinutesAMonth">Minutes of compute (GPU or CPU) that a model's runs may take in a calendar month, UTC. Default 600.</param>
/// <param name="MinutesARun">Minutes after which a run is stopped. Default 60.</param>
public sealed record RunBudget(double MinutesAMonth = 600, double MinutesARun = 60);

/// <summary>Where training data come from.</summary>
public sealed record DataPolicy
{
    /// <value><c>log</c>: the prediction log joined with labels; <c>blob</c>: a file; <c>both</c>: the file, then the log. Default <c>log</c>.</value>
    public DataSourceKind Source { get; init; } = DataSourceKind.Log;

    /// <value>The file, <c>datasets/…csv</c> or <c>.csv.gz</c>.</value>
    public string? Blob { get; init; }

    /// <value>How many days back the log is read. Default 30.</value>
    public int Days { get; init; } = 30;

    /// <value>Fewer rows with labels: no training. Default 200.</value>
    public int LeastRows { get; init; } = 200;

    /// <value>Of more rows with labels in the log the newest so many are taken. Default 50,000.</value>
    public int MostRows { get; init; } = 50_000;
}

public enum DataSourceKind
{
    Log,
    Blob,
    Both,
}

/// <param name="Required">Whether a person must agree. Default false.</param>
/// <param name="Deadline">How long an answer is waited for; then the candidate is not promoted. Default three days.</param>
/// <param name="Reminder">How often people are reminded meanwhile. Default one day.</param>
public sealed record ApprovalPolicy(bool Required = false, TimeSpan? Deadline = null, TimeSpan? Reminder = null)
{
    public TimeSpan DeadlineOrUsual => Deadline ?? TimeSpan.FromDays(3);

    public TimeSpan ReminderOrUsual => Reminder ?? TimeSpan.FromDays(1);
}

/// <summary>How a new champion is watched; what is beyond a limit brings the old one back.</summary>
public sealed record WatchPolicy
{
    /// <value>How long. Zero: not at all. Default one day.</value>
    public TimeSpan Duration { get; init; } = TimeSpan.FromDays(1);

    /// <value>How often it is looked at. Default ten minutes.</value>
    public TimeSpan Every { get; init; } = TimeSpan.FromMinutes(10);

    /// <value>Rows that answers, latency or quality need before they are judged. Default 100.</value>
    public int LeastRows { get; init; } = 100;

    /// <value>Least traffic, as a share of the same whole hours of the day before: callers that are refused leave no rows. Default 0.05.</value>
    public double LeastTraffic { get; init; } = 0.05;

    /// <value>Largest median latency, as a multiple of the old champion's. Default 3.</value>
    public double MostLatency { get; init; } = 3;

    /// <value>Largest share of answers (probability) that may have moved from those on the hold-out. Default 0.3.</value>
    public double MostShift { get; init; } = 0.3;

    /// <value>How much worse than the old champion on the same labelled rows, beyond what chance explains: accuracy, or share of the RMSE. Default 0.02.</value>
    public double MostLoss { get; init; } = 0.02;
}
