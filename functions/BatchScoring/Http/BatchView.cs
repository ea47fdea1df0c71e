using Tidemark.BatchScoring.Completing;
using Tidemark.BatchScoring.Jobs;
using Tidemark.Platform.Storage;

namespace Tidemark.BatchScoring.Http;

/// <summary>A job as callers see it.</summary>
public sealed record BatchView
{
    public required string Id { get; init; }

    public required BatchState State { get; init; }

    public required string Model { get; init; }

    public string? Version { get; init; }

    public string? Suite { get; init; }

    public required string Source { get; init; }

    public required DateTimeOffset Created { get; init; }

    public DateTimeOffset? Started { get; init; }

    public DateTimeOffset? Finished { get; init; }

    public required BatchProgress Progress { get; init; }

    public long? Scored { get; init; }

    public long? Quarantined { get; init; }

    public BatchFailure? Failure { get; init; }

    public string? Callback { get; init; }

    /// <summary>The job whose quarantine this one replays.</summary>
    public string? ReplayOf { get; init; }

    /// <summary>Jobs that replay this one's quarantine.</summary>
    public IReadOnlyList<string>? Replays { get; init; }

    public required BatchLinks Links { get; init; }

    /// <param name="job">The job.</param>
    /// <param name="done">Rows read so far; all of them once the job is complete.</param>
    /// <param name="now">The time.</param>
    internal static BatchView Of(JobRow job, long done, DateTimeOffset now)
    {
        BatchState state = job.StateNow;
        bool complete = state is BatchState.Completed or BatchState.CompletedWithFailures;
        BatchRequest request = job.RequestNow;
        return new BatchView
        {
            Id = job.Id,
            State = state,
            Model = job.Model,
            Version = job.Version,
            Suite = job.Suite,
            Source = job.Source,
            Created = job.Created,
            Started = job.Started,
            Finished = job.Finished,
            Progress = BatchProgress.Of(job, complete ? job.Rows : done, now),
            Scored = complete ? job.Scored : null,
            Quarantined = complete ? job.Quarantined : null,
            Failure = job.Failure is { } failure ? new BatchFailure(failure.Title, failure.Detail) : null,
            Callback = job.Callback,
            ReplayOf = request.ReplayOf,
            Replays = job.Replays?.Split(','),
            Links = BatchLinks.Of(job, complete, request.Path),
        };
    }
}

/// <summary>How far a job is.</summary>
/// <param name="Rows">Rows of the file; null while it is still being cut into shards.</param>
/// <param name="Done">Rows read, judged and scored or set aside.</param>
/// <param name="Rate">Rows per second since the job began; null before.</param>
/// <param name="Eta">Seconds that the rest will take at this rate; null while that can't be said.</param>
public sealed record BatchProgress(long? Rows, long Done, double? Rate, double? Eta)
{
    internal static BatchProgress Of(JobRow job, long done, DateTimeOffset now)
    {
        long? rows = job.Planned ? job.Rows : null;
        double seconds = ((job.Finished ?? now) - (job.Started ?? now)).TotalSeconds;
        double? rate = seconds > 0 ? Math.Round(done / seconds, 1) : null;
        double? eta = job.StateNow.IsFinal() ? 0 : rate > 0 && rows is not null ? Math.Round((rows.Value - done) / rate.Value, 1) : null;
        return new(rows, done, rate, eta);
    }
}

/// <summary>Why there is no result, and what to do.</summary>
public sealed record BatchFailure(string Title, string Detail);

/// <summary>Where things are: routes of this service, and <c>container/path</c> in storage.</summary>
public sealed record BatchLinks(string Self, string? Predictions, string? Manifest, string? Quarantine, string? Replay)
{
    internal static BatchLinks Of(JobRow job, bool complete, string path)
    {
        string end = path.Contains(".csv", StringComparison.OrdinalIgnoreCase) ? "csv" : "jsonl";
        bool aside = complete && job.Quarantined > 0;
        return new(
            $"/api/batches/{job.Id}",
            complete ? $"{StorageNames.Containers.Results}/{job.Id}/predictions.{end}" : null,
            complete ? $"{StorageNames.Containers.Results}/{ResultBlobs.Manifest(job.Id)}" : null,
            aside ? $"{StorageNames.Containers.Quarantine}/{ResultBlobs.Quarantine(job.Id)}" : null,
            aside ? $"/api/quarantine/{job.Id}/replay" : null);
    }
}

/// <summary>A page of jobs, newest first.</summary>
public sealed record BatchPage(IReadOnlyList<BatchView> Batches, string? Next);
