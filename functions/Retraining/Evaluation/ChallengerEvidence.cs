using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Measures;

namespace Tidemark.Retraining.Evaluation;

/// <summary>What was found about challenger and champion on the same frozen rows; numbers only, <see cref="Gates"/> judges.</summary>
public sealed record ChallengerEvidence
{
    public required TrainingTask Task { get; init; }

    /// <summary>Rows of the hold-out.</summary>
    public required int Rows { get; init; }

    /// <summary>Share of the rarest class on the hold-out; 1 for a regression.</summary>
    public required double RarestShare { get; init; }

    /// <summary>The metric that was compared.</summary>
    public required string Metric { get; init; }

    public required ModelEvidence Challenger { get; init; }

    /// <summary>Null where there is none or it can't answer the hold-out.</summary>
    public required ModelEvidence? Champion { get; init; }

    /// <summary>Why there are no figures of the champion: there is none, or what it lacks. Null where there are.</summary>
    public required ChampionAbsence? Absence { get; init; }

    /// <summary>The challenger against the champion, or against the baseline where there are no figures of the champion.</summary>
    public required Comparison Overall { get; init; }

    public IReadOnlyList<SegmentComparison> Segments { get; init; } = [];

    public IReadOnlyList<GroupDifference> Groups { get; init; } = [];
}

/// <param name="Unable">False: no version is champion. True: it is there and can't answer the hold-out.</param>
/// <param name="Reason">In a sentence.</param>
public sealed record ChampionAbsence(bool Unable, string Reason);

/// <param name="Measures">On the hold-out, at the model's own threshold.</param>
/// <param name="CalibrationNoise">Calibration error that a perfectly calibrated model with these probabilities shows on so many rows, on average; null for a regression.</param>
/// <param name="Milliseconds">Median time of a one-row prediction.</param>
/// <param name="Bytes">Size of the model file.</param>
/// <param name="Kind">What kind of model it says it is (baseline, linear, additive, trees, network); null where it does not say.</param>
public sealed record ModelEvidence(MeasureSet Measures, double? CalibrationNoise, double Milliseconds, long Bytes, string? Kind);

/// <summary>A metric of both on the same rows, and the improvement with its interval; above 0 the challenger is better.</summary>
/// <param name="Reference">The metric of the champion, or of the baseline.</param>
/// <param name="Challenger">The metric of the challenger.</param>
/// <param name="Improvement">Difference, or share of the reference for an error metric; null where the metric does not exist on these rows.</param>
/// <param name="Low">Lower end of the paired bootstrap interval.</param>
/// <param name="High">Upper end.</param>
public sealed record Comparison(double? Reference, double? Challenger, double? Improvement, double? Low, double? High);

/// <param name="Column">Column that makes the segment.</param>
/// <param name="Value">Its value, or a range.</param>
/// <param name="Rows">Rows of the hold-out in it.</param>
/// <param name="Metric">The metric compared; logLoss where the policy's does not exist on so few rows.</param>
/// <param name="Comparison">Its interval is corrected for the number of segments.</param>
public sealed record SegmentComparison(string Column, string Value, int Rows, string Metric, Comparison Comparison);

/// <param name="Column">The sensitive column.</param>
/// <param name="Measure"><c>recall</c>, <c>accuracy</c> or <c>mae</c> (as a share of the overall one).</param>
/// <param name="Challenger">Largest minus smallest among the groups.</param>
/// <param name="Champion">The same of the champion; null where it has none.</param>
/// <param name="Values">The challenger's measure by group, of groups with enough rows.</param>
public sealed record GroupDifference(string Column, string Measure, double Challenger, double? Champion, IReadOnlyDictionary<string, double> Values);
