namespace Tidemark.Drift.Detectors;

/// <param name="DriftConfidence">Chance of a false drift at one cut.</param>
/// <param name="WarningConfidence">Chance of a false warning at one cut.</param>
/// <param name="TwoSidedTest">True: falling error rates count too.</param>
public sealed record HddmAParameters(double DriftConfidence = 0.001, double WarningConfidence = 0.005, bool TwoSidedTest = false);

/// <summary>
/// HDDM-A: the mean of all values against the mean up to the best cut, by Hoeffding's inequality. I. Frías-Blanco et al., "Online and non-parametric
/// drift detection methods based on Hoeffding's bounds", IEEE TKDE 27 (2015).
/// </summary>
public sealed class HddmA : Detector
{
    public const string Name = "hddm_a";

    public HddmAParameters Parameters { get; set; } = new();

    /// <summary>Mean of everything.</summary>
    public RunningMean All { get; set; }

    /// <summary>Mean up to the cut at which it was surely least.</summary>
    public RunningMean Low { get; set; }

    /// <summary>Mean up to the cut at which it was surely greatest.</summary>
    public RunningMean High { get; set; }

    public override (double Least, double Most) Range => (0, 1);

    internal override string? Fault =>
        Parameters is { DriftConfidence: > 0, WarningConfidence: < 1 } && Parameters.DriftConfidence <= Parameters.WarningConfidence
        ? null : "drift_confidence must be above 0 and at most warning_confidence, which is below 1";

    protected override void Reset() => (All, Low, High) = (default, default, default);

    protected override DetectorSignal Observe(double value)
    {
        RunningMean all = All;
        all.Add(value);
        All = all;
        if (Low.Count == 0 || Low.Value + Bound(Low) >= all.Value + Bound(all))
            Low = all;
        if (High.Count == 0 || High.Value - Bound(High) <= all.Value - Bound(all))
            High = all;
        DetectorSignal rise = Judge(Low, all.Value - Low.Value);
        DetectorSignal fall = Parameters.TwoSidedTest ? Judge(High, High.Value - all.Value) : DetectorSignal.None;
        return rise > fall ? rise : fall;
    }

    private DetectorSignal Judge(RunningMean cut, double change) =>
        Exceeds(cut, change, Parameters.DriftConfidence) ? DetectorSignal.Drift
        : Exceeds(cut, change, Parameters.WarningConfidence) ? DetectorSignal.Warning
        : DetectorSignal.None;

    private bool Exceeds(RunningMean cut, double change, double confidence)
    {
        if (cut.Count == All.Count)
            return false;
        double m = (double)(All.Count - cut.Count) / cut.Count * (1.0 / All.Count);
        return change >= Math.Sqrt(m / 2 * Math.Log(2 / confidence));
    }

    private double Bound(RunningMean mean) => Math.Sqrt(1.0 / (2 * mean.Count) * Math.Log(1 / Parameters.DriftConfidence));
}
