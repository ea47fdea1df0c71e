using System.ComponentModel.DataAnnotations;
using Tidemark.BatchScoring.Planning;

namespace Tidemark.BatchScoring;

/// <summary>How files are cut and scored; section <c>BatchScoring</c> of the configuration.</summary>
public sealed class BatchScoringOptions
{
    public const string Section = "BatchScoring";

    /// <value>Bytes of input that one worker takes at once. Default 16 MiB; the plan takes more for files of more than 40 GB.</value>
    [Range(256, 1L << 30)]
    public long ShardBytes { get; set; } = 16 << 20;

    /// <value>Most rows of a shard. Default 200,000.</value>
    [Range(1, 10_000_000)]
    public int ShardRows { get; set; } = 200_000;

    /// <value>Bytes of result that travel in one request. Default 4 MiB; the plan takes up to 32 MiB where a result would have more than 50,000 blocks.</value>
    [Range(64, 64 << 20)]
    public int BlockBytes { get; set; } = 4 << 20;

    /// <value>Longest row in bytes. Default 16 MiB.</value>
    [Range(1024, 256 << 20)]
    public int MaxRowBytes { get; set; } = 16 << 20;

    /// <value>Most bytes that a packed file may unpack to. Default 64 GiB.</value>
    [Range(1024, ShardCut.MostBytes)]
    public long MaxUnpackedBytes { get; set; } = 64L << 30;

    /// <value>Most bytes that a packed byte may unpack to, beyond the first 16 MiB. Default 200; text packs to a tenth, bombs to a thousandth.</value>
    [Range(2, 2000)]
    public int MaxUnpackRatio { get; set; } = 200;

    /// <value>Shards that one host scores at the same time. Default 0: one per core.</value>
    [Range(0, 256)]
    public int Parallel { get; set; }

    /// <value>Bytes of text that the host which plans a file keeps in memory for its own workers, so that they need not read it again; half as much again may be held while files are read. Default 48 MiB; 0: none.</value>
    [Range(0, 1L << 30)]
    public long KeptBytes { get; set; } = 48 << 20;

    /// <value>How long after the death of a host that scores shards of a file it planned others may take them. Default 30 s.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <value>Failed tries after which a shard is given up. Default 5. A worker that dies has not failed.</value>
    [Range(1, 100)]
    public int MaxFailures { get; set; } = 5;

    /// <value>Tries of any kind after which a shard, or the planning of a file, is given up, since it may be what kills the workers. Default 20.</value>
    [Range(1, 1000)]
    public int MaxAttempts { get; set; } = 20;

    /// <value>Most of the scored rows that enters the prediction log, as a share; the model's own log policy may say less. Default 0.01.</value>
    [Range(0.0, 1.0)]
    public double SampleShare { get; set; } = 0.01;

    /// <value>Most rows of a shard that enter the prediction log. Default 1,000.</value>
    [Range(0, 100_000)]
    public int MaxSampleRows { get; set; } = 1000;

    /// <value>Hosts that a callback URL may name, separated by commas. Default none: no callbacks, so that callers cannot make the suite call where it should not.</value>
    public string CallbackHosts { get; set; } = "";
}
