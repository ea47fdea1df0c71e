namespace Tidemark.Drift.Detectors;

/// <param name="WarmStart">Errors before anything is said.</param>
/// <param name="Alpha">Share of the greatest distance between errors below which a warning is given.</param>
/// <param name="Beta">Share below which it is a drift; at most <paramref name="Alpha"/>.</param>
public sealed record EddmParameters(int WarmStart = 30, double Alpha = 0.95, double Beta = 0.9);

/// <summary>
/// EDDM: the distance between errors against the greatest so far. M. Baena-García et al., "Early drift detection method", IWKDDS 2006.
/// </summary>
public sealed class Eddm : Detector
{
    public const string Name = "eddm";

    public EddmParameters Parameters { get; set; } = new();

    public long Seen { get; set; }

    public long LastError { get; set; }

    /// <summary>Mean distance between errors; its count is that of the errors.</summary>
    public RunningMean Distance { get; set; }

    /// <summary>Variance of the distances, of the sample.</summary>
    public double Variance { get; set; }

    public double Greatest { get; set; } = -1;

    public override (double Least, double Most) Range => (0, 1);

    internal override string? Fault =>
        Parameters is { WarmStart: >= 0, Alpha: <= 1, Beta: > 0 } && Parameters.Alpha >= Parameters.Beta
        ? null : "warm_start must be 0 or above, alpha at most 1, beta above 0 and at most alpha";

    protected override void Reset() => (Seen, LastError, Distance, Variance, Greatest) = (0, 0, default, 0, -1);

    /// <summary>A warning stays until an error says otherwise.</summary>
    protected override DetectorSignal Observe(double value)
    {
        Seen++;
        if (value != 1)
            return Signal;
        AddDistance(Seen - LastError);
        LastError = Seen;
        if (Seen <= Parameters.WarmStart)
            return Signal;
        double level = Distance.Value + (2 * Math.Sqrt(Variance));
        if (level > Greatest)
        {
            Greatest = level;
            return Signal;
        }

        if (Distance.Count <= Parameters.WarmStart)
            return Signal;
        double share = level / Greatest;
        return share < Parameters.Beta ? DetectorSignal.Drift : share < Parameters.Alpha ? DetectorSignal.Warning : DetectorSignal.None;
    }

    private void AddDistance(double distance)
    {
        RunningMean mean = Distance;
        mean.Add(distance);
        if (mean.Count > 1)
            Variance += (((distance - Distance.Value) * (distance - mean.Value)) - Variance) / (mean.Count - 1);
        Distance = mean;
    }
}
