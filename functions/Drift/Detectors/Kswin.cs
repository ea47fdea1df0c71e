namespace Tidemark.Drift.Detectors;

/// <param name="Alpha">p-value below which the windows differ, 0 to 1; small, since every value is a test.</param>
/// <param name="WindowSize">Values that are kept.</param>
/// <param name="StatSize">The newest values, compared with as many drawn from the older ones; at most half the window.</param>
/// <param name="Seed">Seed of the draws.</param>
public sealed record KswinParameters(double Alpha = 0.005, int WindowSize = 100, int StatSize = 30, uint Seed = 0);

/// <summary>
/// KSWIN: the newest values against a sample of the older ones, by the two-sample Kolmogorov-Smirnov test. C. Raab, M. Heusinger, F.-M. Schleif,
/// "Reactive soft prototype computing for concept drift streams", Neurocomputing 416 (2020).
/// </summary>
public sealed class Kswin : Detector
{
    public const string Name = "kswin";

    /// <summary>As river: a smaller distance is no drift, whatever its p-value.</summary>
    private const double LeastDistance = 0.1;

    private const int MostWindow = 10_000;

    private MersenneTwister? draws;

    public KswinParameters Parameters { get; set; } = new();

    public List<double> Window { get; set; } = [];

    /// <summary>State of the draws.</summary>
    public byte[] Draws
    {
        get => (draws ??= new(Parameters.Seed)).State();
        set => draws = new(value);
    }

    internal override string? Fault =>
        Parameters is { Alpha: >= 0 and <= 1, WindowSize: <= MostWindow, StatSize: > 0 } && 2L * Parameters.StatSize <= Parameters.WindowSize
        ? null : $"alpha must be 0 to 1, window_size at most {MostWindow}, stat_size above 0 and at most half of window_size";

    protected override void Reset() => (Window, draws) = ([], null);

    protected override DetectorSignal Observe(double value)
    {
        Window.Add(value);
        if (Window.Count > Parameters.WindowSize)
            Window.RemoveAt(0);
        if (Window.Count < Parameters.WindowSize)
            return DetectorSignal.None;
        int older = Parameters.WindowSize - Parameters.StatSize;
        double[] drawn = [.. (draws ??= new(Parameters.Seed)).Sample(older, Parameters.StatSize).Select(i => Window[i]).Order()];
        double[] newest = [.. Window.Skip(older).Order()];
        int apart = Apart(drawn, newest);
        return (double)apart / Parameters.StatSize > LeastDistance && Chance(Parameters.StatSize, apart) <= Parameters.Alpha
            ? DetectorSignal.Drift
            : DetectorSignal.None;
    }

    /// <summary>Greatest difference of the two empirical distributions, in values: the statistic times the size of a sample. Both are sorted.</summary>
    private static int Apart(double[] a, double[] b)
    {
        (int i, int j, int apart) = (0, 0, 0);
        while (i < a.Length && j < b.Length)
        {
            double at = Math.Min(a[i], b[j]);
            while (i < a.Length && a[i] <= at)
                i++;
            while (j < b.Length && b[j] <= at)
                j++;
            apart = Math.Max(apart, Math.Abs(i - j));
        }

        return apart;
    }

    /// <summary>
    /// Exact two-sided p-value for two samples of <paramref name="n"/> that are at least <paramref name="apart"/> values apart, by B. V. Gnedenko and
    /// V. S. Korolyuk (1951), summed as J. L. Hodges, "The significance probability of the Smirnov two-sample test", Ark. Mat. 3 (1958).
    /// </summary>
    internal static double Chance(int n, int apart)
    {
        if (apart == 0)
            return 1;
        double chance = 0;
        for (int k = n / apart; k >= 0; k--)
        {
            double ratio = 1;
            for (int j = 0; j < apart; j++)
                ratio = (n - (k * apart) - j) * ratio / (n + (k * apart) + j + 1);
            chance = ratio * (1 - chance);
        }

        return Math.Min(1, 2 * chance);
    }
}
