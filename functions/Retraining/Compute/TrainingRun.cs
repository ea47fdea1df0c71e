using System.Text.Json;
using Azure;
using Azure.Data.Tables;

namespace Tidemark.Retraining.Compute;

/// <summary>The row of a run in table <c>trainingruns</c>, as docs/training-contract.md describes it.</summary>
public sealed record TrainingRun
{
    public required TrainingRunId Id { get; init; }

    public required RunState State { get; init; }

    public required string Model { get; init; }

    /// <summary>Name of the compute that it was inserted for.</summary>
    public required string Compute { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Who has or had it: the worker's name, a slash, and a token of this claim.</summary>
    public string? Worker { get; init; }

    public DateTimeOffset? Heartbeat { get; init; }

    /// <summary>How often it was claimed.</summary>
    public int Attempt { get; init; }

    /// <summary>The worker's last progress line, or why the run ended.</summary>
    public string? Detail { get; init; }

    /// <summary>SHA-256 of <c>manifest.json</c> once it has succeeded.</summary>
    public string? Manifest { get; init; }

    /// <summary>SHA-256 of <c>spec.json</c>.</summary>
    public string? SpecSha256 { get; init; }

    public bool Ended => State is RunState.Succeeded or RunState.Failed or RunState.Stopped;

    internal string Partition { get; init; } = "";

    internal ETag Tag { get; init; }

    /// <summary>The worker's name without the token.</summary>
    internal string? WorkerName => Worker is { } worker && worker.LastIndexOf('/') is > 0 and var slash ? worker[..slash] : Worker;

    internal static TrainingRun Of(TableEntity row) => new()
    {
        Id = TrainingRunId.Parse(row.RowKey) is { Ok: true } id ? id.Value : throw new InvalidOperationException($"Table trainingruns holds a row '{row.RowKey}' that is no run."),
        State = Enum.TryParse(row.GetString("Status"), out RunState state) ? state : throw new InvalidOperationException($"Run {row.RowKey} has the status '{row.GetString("Status")}'."),
        Model = row.GetString("Model") ?? "",
        Compute = row.GetString("Compute") ?? "",
        Created = row.GetDateTimeOffset("Created") ?? row.Timestamp ?? DateTimeOffset.UnixEpoch,
        Worker = row.GetString("Worker"),
        Heartbeat = row.GetDateTimeOffset("Heartbeat"),
        Attempt = row.GetInt32("Attempt") ?? 0,
        Detail = row.GetString("Detail"),
        Manifest = row.GetString("Manifest"),
        SpecSha256 = row.GetString("SpecSha256"),
        Partition = row.PartitionKey,
        Tag = row.ETag,
    };

    /// <summary>The status, with a reason where the row itself has none.</summary>
    internal ComputeStatus Status(string? reason = null)
    {
        (double? progress, string? step, TimeSpan? remaining) = Ended || Detail is null ? default : Told(Detail);
        return new(State, State == RunState.Succeeded ? 1 : progress, step, remaining, Heartbeat, State is RunState.Failed or RunState.Stopped ? Detail : reason);
    }

    /// <summary>What a progress line tells; nothing where it is none.</summary>
    private static (double? Progress, string? Step, TimeSpan? Remaining) Told(string detail)
    {
        try
        {
            using var line = JsonDocument.Parse(detail);
            var root = line.RootElement;
            if (root.ValueKind != JsonValueKind.Object) return default;
            double? done = Number(root, "done"), total = Number(root, "total"), eta = Number(root, "etaSeconds");
            string? step = root.TryGetProperty("step", out var word) && word.ValueKind == JsonValueKind.String ? word.GetString() : null;
            return (total > 0 && done is { } so ? Math.Clamp(so / total.Value, 0, 1) : null, step, eta is >= 0 and < 1e8 ? TimeSpan.FromSeconds(eta.Value) : null);
        }
        catch (JsonException)
        {
            return default;
        }
    }

    private static double? Number(JsonElement line, string name) =>
        line.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
