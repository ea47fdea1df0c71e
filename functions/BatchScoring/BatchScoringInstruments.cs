using System.Diagnostics.Metrics;
using Tidemark.BatchScoring.Completing;
using Tidemark.BatchScoring.Jobs;

namespace Tidemark.BatchScoring;

/// <summary>Metrics of batches (meter <c>Tidemark.BatchScoring</c>).</summary>
public sealed class BatchScoringInstruments
{
    public const string MeterName = "Tidemark.BatchScoring";

    private readonly Counter<long> jobs;
    private readonly Counter<long> rows;
    private readonly Counter<long> shards;
    private readonly Counter<long> refused;
    private readonly Histogram<double> shardDuration;
    private readonly Histogram<double> jobDuration;
    private readonly Histogram<double> speed;

    public BatchScoringInstruments(IMeterFactory meters)
    {
        Meter meter = meters.Create(MeterName);
        jobs = meter.CreateCounter<long>("tidemark.batch.jobs", "{job}", "Jobs that came into a state");
        rows = meter.CreateCounter<long>("tidemark.batch.rows", "{row}", "Rows of finished shards by model and outcome (scored, quarantined)");
        shards = meter.CreateCounter<long>("tidemark.batch.shards", "{shard}", "Finished shards by model and outcome (done, poisoned)");
        refused = meter.CreateCounter<long>("tidemark.batch.intake.refused", "{message}", "Messages that name no file to score");
        shardDuration = meter.CreateHistogram<double>("tidemark.batch.shard.duration", "s", "Time of a worker for a shard", advice: Seconds);
        jobDuration = meter.CreateHistogram<double>("tidemark.batch.job.duration", "s", "Time of a job from its start to its result", advice: Seconds);
        speed = meter.CreateHistogram<double>("tidemark.batch.job.speed", "{row}/s", "Rows per second of a job");
    }

    private static InstrumentAdvice<double> Seconds { get; } = new() { HistogramBucketBoundaries = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200] };

    public void Job(BatchState state) => jobs.Add(1, new KeyValuePair<string, object?>("state", state.ToString()));

    public void Refused() => refused.Add(1);

    public void Shard(string model, ShardRow shard)
    {
        var name = new KeyValuePair<string, object?>("model", model);
        shards.Add(1, name, new("outcome", shard.StateNow == ShardState.Done ? "done" : "poisoned"));
        rows.Add(shard.Scored, name, new("outcome", "scored"));
        rows.Add(shard.Quarantined, name, new("outcome", "quarantined"));
        shardDuration.Record(shard.Seconds, name);
    }

    public void Finished(BatchManifest manifest)
    {
        var name = new KeyValuePair<string, object?>("model", manifest.Model);
        jobDuration.Record((manifest.Timings.Finished - manifest.Timings.Started).TotalSeconds, name);
        speed.Record(manifest.Timings.RowsPerSecond, name);
    }
}
