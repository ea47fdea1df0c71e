using System.Text.Json.Serialization;

namespace Tidemark.Drift.Detectors;

/// <summary>Which changes of the mean are looked for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChangeDirection>))]
public enum ChangeDirection
{
    [JsonStringEnumMemberName("both")]
    Both,

    [JsonStringEnumMemberName("up")]
    Up,

    [JsonStringEnumMemberName("down")]
    Down,
}

/// <param name="MinInstances">Values before the first drift.</param>
/// <param name="Delta">Change of the mean that is tolerated.</param>
/// <param name="Threshold">Sum of deviations that is a drift (lambda).</param>
/// <param name="Alpha">Forgetting factor of the sums, 0 to 1.</param>
/// <param name="Mode">Directions that count.</param>
public sealed record PageHinkleyParameters(
    int MinInstances = 30, double Delta = 0.005, double Threshold = 50, double Alpha = 1 - 0.0001, ChangeDirection Mode = ChangeDirection.Both);

/// <summary>Page-Hinkley: cumulated deviations from the running mean. E. S. Page, "Continuous inspection schemes", Biometrika 41 (1954).</summary>
public sealed class PageHinkley : Detector
{
    public const string Name = "page_hinkley";

    public PageHinkleyParameters Parameters { get; set; } = new();

    public RunningMean Mean { get; set; }

    public double SumIncrease { get; set; }

    public double SumDecrease { get; set; }

    public double LeastIncrease { get; set; } = double.PositiveInfinity;

    public double MostDecrease { get; set; } = -1;

    internal override string? Fault =>
        Parameters is { MinInstances: > 0, Delta: >= 0, Threshold: > 0 and < double.PositiveInfinity, Alpha: > 0 and <= 1 }
        ? null : "min_instances and threshold must be above 0, delta at 0 or above, alpha above 0 and at most 1";

    protected override void Reset() => (Mean, SumIncrease, SumDecrease, LeastIncrease, MostDecrease) = (default, 0, 0, double.PositiveInfinity, -1);

    protected override DetectorSignal Observe(double value)
    {
        RunningMean mean = Mean;
        mean.Add(value);
        Mean = mean;
        double deviation = value - mean.Value;
        SumIncrease = (Parameters.Alpha * SumIncrease) + deviation - Parameters.Delta;
        SumDecrease = (Parameters.Alpha * SumDecrease) + deviation + Parameters.Delta;
        LeastIncrease = Math.Min(LeastIncrease, SumIncrease);
        MostDecrease = Math.Max(MostDecrease, SumDecrease);
        if (mean.Count < Parameters.MinInstances)
            return DetectorSignal.None;
        bool up = Parameters.Mode != ChangeDirection.Down && SumIncrease - LeastIncrease > Parameters.Threshold;
        bool down = Parameters.Mode != ChangeDirection.Up && MostDecrease - SumDecrease > Parameters.Threshold;
        return up || down ? DetectorSignal.Drift : DetectorSignal.None;
    }
}
