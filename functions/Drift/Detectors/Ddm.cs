namespace Tidemark.Drift.Detectors;

/// <param name="WarmStart">Values before anything is said.</param>
/// <param name="WarningThreshold">Standard deviations above the least error rate that are a warning.</param>
/// <param name="DriftThreshold">Standard deviations that are a drift.</param>
public sealed record DdmParameters(int WarmStart = 30, double WarningThreshold = 2, double DriftThreshold = 3);

/// <summary>DDM: the error rate against the least one so far. J. Gama et al., "Learning with drift detection", SBIA 2004.</summary>
public sealed class Ddm : Detector
{
    public const string Name = "ddm";

    public DdmParameters Parameters { get; set; } = new();

    public RunningMean ErrorRate { get; set; }

    public double LeastRate { get; set; } = double.PositiveInfinity;

    public double LeastDeviation { get; set; } = double.PositiveInfinity;

    public override (double Least, double Most) Range => (0, 1);

    internal override string? Fault =>
        Parameters is { WarmStart: >= 0, WarningThreshold: > 0 } && Parameters.DriftThreshold >= Parameters.WarningThreshold
        ? null : "warm_start must be 0 or above, warning_threshold above 0, drift_threshold at least warning_threshold";

    protected override void Reset() => (ErrorRate, LeastRate, LeastDeviation) = (default, double.PositiveInfinity, double.PositiveInfinity);

    protected override DetectorSignal Observe(double value)
    {
        RunningMean rate = ErrorRate;
        rate.Add(value);
        ErrorRate = rate;
        if (rate.Count <= Parameters.WarmStart)
            return DetectorSignal.None;
        double deviation = Math.Sqrt(rate.Value * (1 - rate.Value) / rate.Count);
        double level = rate.Value + deviation;
        if (level <= LeastRate + LeastDeviation)
            (LeastRate, LeastDeviation) = (rate.Value, deviation);
        return level > LeastRate + (Parameters.DriftThreshold * LeastDeviation) ? DetectorSignal.Drift
            : level > LeastRate + (Parameters.WarningThreshold * LeastDeviation) ? DetectorSignal.Warning
            : DetectorSignal.None;
    }
}
