using Tidemark.Platform.Errors;

namespace Tidemark.Retraining.Evaluation;

/// <summary>What to do where there is no champion to compare with.</summary>
public enum WithoutChampion
{
    /// <summary>Compare with the baseline: the class shares, or the mean, of the training rows.</summary>
    Baseline,

    /// <summary>Refuse.</summary>
    Refuse,
}

/// <summary>
/// What a challenger must show on the frozen hold-out before it may become champion. Improvements of rocAuc, prAuc, accuracy, precision, recall, f1 and r2
/// are differences; of logLoss, brier, rmse and mae they are shares of the champion's value. Above 0 the challenger is better.
/// </summary>
public sealed record GatePolicy
{
    public static GatePolicy Default { get; } = new();

    /// <value>The metric that decides. Default: null, by the task: rocAuc (prAuc or, with more than two classes, f1 where the rarest class has under 20 % of the rows), rmse.</value>
    public string? Metric { get; init; }

    /// <value>By how much the challenger must be better: the lower end of the interval must lie above it. Default 0.</value>
    public double Margin { get; init; }

    /// <value>By how much the lower end of the interval may lie below 0 (non-inferiority, for regular refreshes). Default: null, the challenger must be better by <see cref="Margin"/>.</value>
    public double? NonInferiority { get; init; }

    /// <value>Confidence of the intervals. Default 0.95.</value>
    public double Confidence { get; init; } = 0.95;

    /// <value>Resamples of the bootstrap. Default 1,000.</value>
    public int Resamples { get; init; } = 1000;

    /// <value>Seed of the bootstrap. Default 1.</value>
    public long Seed { get; init; } = 1;

    /// <value>Fewest rows of the hold-out. Default 30.</value>
    public int MinRows { get; init; } = 30;

    /// <value>Least the challenger must reach of the metric (most, of an error). Default: null, no floor.</value>
    public double? Floor { get; init; }

    /// <value>Largest calibration error beyond what sampling alone would show; null: not judged. Default 0.1.</value>
    public double? MaxCalibrationError { get; init; } = 0.1;

    /// <value>Columns whose values are judged one by one; numbers by quartiles. Default: the sensitive columns of the run spec.</value>
    public IReadOnlyList<string>? Segments { get; init; }

    /// <value>Fewest rows of a segment or group that is judged. Default 50.</value>
    public int MinSegmentRows { get; init; } = 50;

    /// <value>By how much the challenger may be worse on a segment; a drop counts only if the interval, corrected for the number of segments, lies below 0 as well. Default 0.02.</value>
    public double SegmentTolerance { get; init; } = 0.02;

    /// <value>Largest difference among groups of a sensitive column: in recall (two classes), accuracy (more), or mean absolute error as a share of the overall one; null: not judged. Default 0.2.</value>
    public double? MaxGroupDifference { get; init; } = 0.2;

    /// <value>Longest median time of a one-row prediction in milliseconds. Default 10.</value>
    public double MaxMilliseconds { get; init; } = 10;

    /// <value>Largest model file in bytes. Default 100 MiB.</value>
    public long MaxBytes { get; init; } = 100 << 20;

    /// <value>Improvement within which the simpler model wins. Default 0.005.</value>
    public double SimplicityTolerance { get; init; } = 0.005;

    /// <value>Where no version is champion yet. Default <see cref="WithoutChampion.Baseline"/>.</value>
    public WithoutChampion WhenNoChampion { get; init; } = WithoutChampion.Baseline;

    /// <value>Where the champion can't answer the hold-out, having other columns or classes. Default <see cref="WithoutChampion.Refuse"/>.</value>
    public WithoutChampion WhenChampionUnable { get; init; } = WithoutChampion.Refuse;

    /// <summary>Every rule that is broken, by field.</summary>
    public IEnumerable<FieldError> Errors()
    {
        if (Metric is not null && !Metrics.Known(Metric)) yield return new("metric", $"'{Metric}' is none of {string.Join(", ", Metrics.Names)}.");
        if (Margin is not (>= 0 and < 1)) yield return new("margin", $"{Margin} is outside 0 to 1.");
        if (NonInferiority is not (null or (> 0 and < 1))) yield return new("nonInferiority", $"{NonInferiority} is outside 0 to 1.");
        if (NonInferiority is not null && Margin > 0) yield return new("nonInferiority", "can't stand beside a margin: either the challenger must be better, or it may be slightly worse.");
        if (Confidence is not (>= 0.5 and <= 0.999)) yield return new("confidence", $"{Confidence} is outside 0.5 to 0.999.");
        if (Resamples is < 200 or > 100_000) yield return new("resamples", $"{Resamples} is outside 200 to 100000.");
        if (Seed < 0) yield return new("seed", $"{Seed} is below 0.");
        if (MinRows < 2) yield return new("minRows", $"{MinRows} is less than 2.");
        if (MinSegmentRows < 2) yield return new("minSegmentRows", $"{MinSegmentRows} is less than 2.");
        if (SegmentTolerance is not (>= 0 and < 1)) yield return new("segmentTolerance", $"{SegmentTolerance} is outside 0 to 1.");
        if (MaxCalibrationError is not (null or (> 0 and <= 1))) yield return new("maxCalibrationError", $"{MaxCalibrationError} is outside 0 to 1.");
        if (MaxGroupDifference is not (null or (> 0 and <= 10))) yield return new("maxGroupDifference", $"{MaxGroupDifference} is outside 0 to 10.");
        if (!(MaxMilliseconds > 0)) yield return new("maxMilliseconds", $"{MaxMilliseconds} is not above 0.");
        if (MaxBytes < 1) yield return new("maxBytes", $"{MaxBytes} is not above 0.");
        if (SimplicityTolerance is not (>= 0 and < 1)) yield return new("simplicityTolerance", $"{SimplicityTolerance} is outside 0 to 1.");
        if (Segments?.Any(string.IsNullOrEmpty) == true) yield return new("segments", "names a column without a name.");
    }
}
