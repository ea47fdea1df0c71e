using System.ComponentModel.DataAnnotations;

namespace Tidemark.Prediction;

/// <summary>Limits of the prediction routes and of the models kept in memory; section <c>Prediction</c> of the configuration.</summary>
public sealed class PredictionOptions
{
    public const string Section = "Prediction";

    /// <value>Largest request body in bytes. Default 16 MiB; the host's own limit comes first when it is lower.</value>
    [Range(1024, 1L << 30)]
    public int MaxBodyBytes { get; set; } = 16 << 20;

    /// <value>Deepest nesting of JSON. Default 32.</value>
    [Range(4, 256)]
    public int MaxDepth { get; set; } = 32;

    /// <value>Most rows in one request. Default 10,000; larger batches belong in the container <c>incoming</c>.</value>
    [Range(1, 1_000_000)]
    public int MaxRows { get; set; } = 10_000;

    /// <value>Memory for loaded models in bytes, by estimate. Default 1 GiB. The model used longest ago goes first; the newest always stays.</value>
    [Range(1L << 20, 1L << 40)]
    public long ModelMemoryBytes { get; set; } = 1L << 30;

    /// <value>How long a model that could not be loaded is not tried again. Default 5 s.</value>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan FailedLoadRetry { get; set; } = TimeSpan.FromSeconds(5);

    /// <value>Memory in bytes that one tensor, text buffer or answer keeps between requests. Default 1 MiB; more is given back after the request.</value>
    [Range(4096, 1 << 30)]
    public int KeptBufferBytes { get; set; } = 1 << 20;
}
