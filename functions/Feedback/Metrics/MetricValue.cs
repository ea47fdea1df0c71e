namespace Tidemark.Feedback.Metrics;

/// <summary>A figure with its confidence interval.</summary>
/// <param name="Value">The figure; null when it is not defined for the data.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end of the interval.</param>
/// <param name="Interval">How the interval was made: <c>wilson</c>, <c>delong</c>, <c>normal</c> or <c>bootstrap</c>.</param>
/// <param name="Reason">Why there is no figure.</param>
public sealed record MetricValue(double? Value, double? Low = null, double? High = null, string? Interval = null, string? Reason = null)
{
    public static MetricValue Undefined(string reason) => new(null, Reason: reason);

    /// <summary>Standard error, from an interval of that confidence; 0 without one.</summary>
    public double StandardError(double confidence) => High is { } high && Low is { } low ? (high - low) / (2 * Intervals.Quantile(confidence)) : 0;

    /// <summary>The figure and its interval under an increasing function.</summary>
    public MetricValue Through(Func<double, double> increasing) => Value is { } value
        ? this with { Value = increasing(value), Low = Low is { } low ? increasing(low) : null, High = High is { } high ? increasing(high) : null }
        : this;
}
