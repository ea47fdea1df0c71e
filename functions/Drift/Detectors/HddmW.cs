namespace Tidemark.Drift.Detectors;

/// <param name="DriftConfidence">Chance of a false drift at one cut.</param>
/// <param name="WarningConfidence">Chance of a false warning at one cut.</param>
/// <param name="LambdaVal">Weight of the newest value, 0 to 1.</param>
/// <param name="TwoSidedTest">True: falling error rates count too.</param>
public sealed record HddmWParameters(
    double DriftConfidence = 0.001, double WarningConfidence = 0.005, double LambdaVal = 0.05, bool TwoSidedTest = false);

/// <summary>An exponentially weighted mean with the sum of its squared weights, which McDiarmid's bound needs.</summary>
public struct WeightedMean()
{
    public bool Begun { get; set; }

    public double Value { get; set; }

    public double SquaredWeights { get; set; } = 1;

    /// <summary>As river's mean, one that stands at zero takes the next value whole.</summary>
    public void Add(double value, double lambda)
    {
        Value = Value == 0 ? value : (lambda * value) + ((1 - lambda) * Value);
        SquaredWeights = (lambda * lambda) + ((1 - lambda) * (1 - lambda) * SquaredWeights);
        Begun = true;
    }
}

/// <summary>
/// HDDM-W: weighted means before and after the best cut, by McDiarmid's inequality. I. Frías-Blanco et al., "Online and non-parametric drift
/// detection methods based on Hoeffding's bounds", IEEE TKDE 27 (2015).
/// </summary>
public sealed class HddmW : Detector
{
    public const string Name = "hddm_w";

    public HddmWParameters Parameters { get; set; } = new();

    public WeightedMean All { get; set; } = new();

    public WeightedMean BeforeRise { get; set; } = new();

    public WeightedMean AfterRise { get; set; } = new();

    public WeightedMean BeforeFall { get; set; } = new();

    public WeightedMean AfterFall { get; set; } = new();

    public double RiseCut { get; set; } = double.PositiveInfinity;

    public double FallCut { get; set; } = double.NegativeInfinity;

    public override (double Least, double Most) Range => (0, 1);

    internal override string? Fault =>
        Parameters is { DriftConfidence: > 0, WarningConfidence: < 1, LambdaVal: > 0 and <= 1 } && Parameters.DriftConfidence <= Parameters.WarningConfidence
        ? null : "drift_confidence must be above 0 and at most warning_confidence, which is below 1; lambda_val above 0 and at most 1";

    protected override void Reset()
    {
        All = BeforeRise = AfterRise = BeforeFall = AfterFall = new WeightedMean();
        (RiseCut, FallCut) = (double.PositiveInfinity, double.NegativeInfinity);
    }

    protected override DetectorSignal Observe(double value)
    {
        All = Added(All, value);
        double bound = Bound(All.SquaredWeights, Parameters.DriftConfidence);
        if (All.Value + bound < RiseCut)
            (RiseCut, BeforeRise, AfterRise) = (All.Value + bound, All, new WeightedMean());
        else
            AfterRise = Added(AfterRise, value);
        if (All.Value - bound > FallCut)
            (FallCut, BeforeFall, AfterFall) = (All.Value - bound, All, new WeightedMean());
        else
            AfterFall = Added(AfterFall, value);
        DetectorSignal rise = Judge(BeforeRise, AfterRise);
        DetectorSignal fall = Parameters.TwoSidedTest ? Judge(AfterFall, BeforeFall) : DetectorSignal.None;
        return rise > fall ? rise : fall;
    }

    private DetectorSignal Judge(in WeightedMean low, in WeightedMean high) =>
        Exceeds(low, high, Parameters.DriftConfidence) ? DetectorSignal.Drift
        : Exceeds(low, high, Parameters.WarningConfidence) ? DetectorSignal.Warning
        : DetectorSignal.None;

    private static bool Exceeds(in WeightedMean low, in WeightedMean high, double confidence) =>
        low.Begun && high.Begun && high.Value - low.Value > Bound(low.SquaredWeights + high.SquaredWeights, confidence);

    private static double Bound(double squaredWeights, double confidence) => Math.Sqrt(squaredWeights * Math.Log(1 / confidence) / 2);

    private WeightedMean Added(WeightedMean mean, double value)
    {
        mean.Add(value, Parameters.LambdaVal);
        return mean;
    }
}
