using System.ComponentModel.DataAnnotations;

namespace Tidemark.Platform.PredictionLog;

/// <summary>The prediction log; section <c>PredictionLog</c> of the configuration.</summary>
public sealed class PredictionLogOptions
{
    public const string Section = "PredictionLog";

    /// <value>Whether predictions are logged at all. Default true.</value>
    public bool Enabled { get; set; } = true;

    /// <value>Share of the rows that is logged where a model's monitoring says nothing, 0 to 1. Default 1.</value>
    [Range(0.0, 1.0)]
    public double SampleRate { get; set; } = 1;

    /// <value>Rows a second, model and host from which on the share shrinks so that about so many are logged. Default 100.</value>
    [Range(1, 1_000_000)]
    public int MaxRowsPerSecond { get; set; } = 100;

    /// <value>How long a row waits at most before it is stored; what a killed process may lose. Default 15 s.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:30:00")]
    public TimeSpan FlushAfter { get; set; } = TimeSpan.FromSeconds(15);

    /// <value>Packed bytes from which on a file is stored at once. Default 4 MiB.</value>
    [Range(1 << 12, 1 << 28)]
    public int MaxFileBytes { get; set; } = 4 << 20;

    /// <value>Requests that may wait to be packed; what comes while so many wait is dropped and counted. Default 8,192.</value>
    [Range(1, 1_000_000)]
    public int WaitingRequests { get; set; } = 8192;

    /// <value>Bytes that may wait to be packed or stored, as they do while storage is down. Default 64 MiB.</value>
    [Range(1 << 16, 1 << 30)]
    public int WaitingBytes { get; set; } = 64 << 20;

    /// <value>Key for hashing personal columns, at least 16 characters; the same on all hosts. Default none: such columns are left out.</value>
    [MinLength(16)]
    public string? HashKey { get; set; }

    /// <value>How old a model's monitoring settings may get. Default 30 s.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan PolicyRefresh { get; set; } = TimeSpan.FromSeconds(30);
}
