using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Tidemark.Platform.Errors;

namespace Tidemark.BatchScoring.Jobs;

/// <summary>A job in table <c>batches</c>. Changes under its ETag only.</summary>
public sealed class JobRow : ITableEntity
{
    public const string Partition = "jobs";

    public string PartitionKey { get; set; } = Partition;

    public string RowKey { get; set; } = "";

    public DateTimeOffset? Timestamp { get; set; }

    public ETag ETag { get; set; }

    public string Id { get; set; } = "";

    public string State { get; set; } = nameof(BatchState.Pending);

    public string Model { get; set; } = "";

    /// <summary>The version, pinned when the job begins.</summary>
    public string? Version { get; set; }

    /// <summary>The suite and its version, pinned with the version.</summary>
    public string? Suite { get; set; }

    /// <summary><c>container/path</c> of the file.</summary>
    public string Source { get; set; } = "";

    /// <summary>The <see cref="BatchRequest"/> as JSON.</summary>
    public string Request { get; set; } = "";

    public DateTimeOffset Created { get; set; }

    public DateTimeOffset? Started { get; set; }

    public DateTimeOffset? Finished { get; set; }

    /// <summary>True when all shards are known.</summary>
    public bool Planned { get; set; }

    /// <summary>How often planning was begun.</summary>
    public int Attempt { get; set; }

    public int Shards { get; set; }

    /// <summary>Data rows of the file.</summary>
    public long Rows { get; set; }

    public long InputBytes { get; set; }

    public string? InputSha256 { get; set; }

    public long Scored { get; set; }

    public long Quarantined { get; set; }

    public string? FailureKind { get; set; }

    public string? FailureTitle { get; set; }

    public string? FailureDetail { get; set; }

    /// <summary>Why the last try to plan it was given up; the message is tried again.</summary>
    public string? LastError { get; set; }

    /// <summary>Jobs that replay this one's quarantine, separated by commas.</summary>
    public string? Replays { get; set; }

    /// <summary>What became of the callback: <c>pending</c>, <c>waiting…</c> for another try, <c>sent</c>, or the reason why not; null when none was asked for.</summary>
    public string? Callback { get; set; }

    public static string Key(JobId id) => "job:" + id;

    internal BatchState StateNow
    {
        get => Enum.Parse<BatchState>(State);
        set => State = value.ToString();
    }

    internal JobId JobId => JobId.Parse(Id).Value;

    internal BatchRequest RequestNow => JsonSerializer.Deserialize(Request, BatchJson.Default.BatchRequest)!;

    internal Failure? Failure => FailureTitle is null ? null : new Failure(Enum.Parse<FailureKind>(FailureKind!), FailureTitle, FailureDetail!);

    internal void Fail(Failure failure, DateTimeOffset now)
    {
        StateNow = BatchState.Failed;
        (FailureKind, FailureTitle, FailureDetail, Finished) = (failure.Kind.ToString(), failure.Title, failure.Detail, now);
    }
}

/// <summary>One line of the list of jobs, newest first, written together with its job.</summary>
public sealed class RecentRow : ITableEntity
{
    public const string Prefix = "new:";

    public string PartitionKey { get; set; } = JobRow.Partition;

    public string RowKey { get; set; } = "";

    public DateTimeOffset? Timestamp { get; set; }

    public ETag ETag { get; set; }

    public string Id { get; set; } = "";

    public string Model { get; set; } = "";

    public string Source { get; set; } = "";

    public static RecentRow Of(JobRow job) => new()
    {
        RowKey = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{DateTimeOffset.MaxValue.UtcTicks - job.Created.UtcTicks:D19}:{job.Id}"),
        Id = job.Id,
        Model = job.Model,
        Source = job.Source,
    };
}
