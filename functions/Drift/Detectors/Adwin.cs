namespace Tidemark.Drift.Detectors;

/// <param name="Delta">Significance of a cut of the window, 0 to 1.</param>
/// <param name="Clock">Cuts are looked for after every so many values.</param>
/// <param name="MaxBuckets">Buckets of one size before two are merged.</param>
/// <param name="MinWindowLength">Values that each side of a cut needs.</param>
/// <param name="GracePeriod">Values before the first look.</param>
public sealed record AdwinParameters(double Delta = 0.002, int Clock = 32, int MaxBuckets = 5, int MinWindowLength = 5, int GracePeriod = 10);

/// <summary>Buckets of 2^i values each, oldest first: their sums and their sums of squared deviations from the bucket's mean.</summary>
public sealed record AdwinRow(List<double> Totals, List<double> Variances);

/// <summary>
/// ADWIN: a window of recent values, held as an exponential histogram, that is cut where the means of its two parts differ by more than chance allows.
/// A. Bifet, R. Gavaldà, "Learning from time-changing data with adaptive windowing", SIAM SDM 2007. As in river, the newest bucket of each size is
/// left out when cuts are tried, so that the places of drifts are the same.
/// </summary>
public sealed class Adwin : Detector
{
    public const string Name = "adwin";

    public AdwinParameters Parameters { get; set; } = new();

    /// <summary>Row i has the buckets of 2^i values.</summary>
    public List<AdwinRow> Rows { get; set; } = [new([], [])];

    public double Total { get; set; }

    /// <summary>Sum of squared deviations from the window's mean.</summary>
    public double Variance { get; set; }

    public double Width { get; set; }

    public long Ticks { get; set; }

    internal override string? Fault =>
        Parameters is { Delta: > 0 and < 1, Clock: > 0, MaxBuckets: > 0 and <= 1000, MinWindowLength: > 0, GracePeriod: >= 0 }
        ? null : "delta must lie between 0 and 1, clock, max_buckets (at most 1000) and min_window_length above 0, grace_period at 0 or above";

    protected override void Reset() => (Rows, Total, Variance, Width, Ticks) = ([new([], [])], 0, 0, 0, 0);

    protected override DetectorSignal Observe(double value)
    {
        Insert(value);
        Ticks++;
        if (Ticks % Parameters.Clock != 0 || Width <= Parameters.GracePeriod)
            return DetectorSignal.None;
        bool changed = false;
        while (HasCut())
        {
            changed = true;
            DropOldest();
        }

        return changed ? DetectorSignal.Drift : DetectorSignal.None;
    }

    private void Insert(double value)
    {
        Rows[0].Totals.Add(value);
        Rows[0].Variances.Add(0);
        Width++;
        if (Width > 1)
        {
            double deviation = value - (Total / (Width - 1));
            Variance += (Width - 1) * deviation * deviation / Width;
        }

        Total += value;
        for (int row = 0; row < Rows.Count && Rows[row].Totals.Count > Parameters.MaxBuckets; row++)
            MergeOldest(row);
    }

    /// <summary>The two oldest buckets of a row become one of the next row.</summary>
    private void MergeOldest(int row)
    {
        if (row + 1 == Rows.Count)
            Rows.Add(new([], []));
        (List<double> totals, List<double> variances) = (Rows[row].Totals, Rows[row].Variances);
        double n = Size(row);
        double apart = (totals[0] / n) - (totals[1] / n);
        Rows[row + 1].Totals.Add(totals[0] + totals[1]);
        Rows[row + 1].Variances.Add(variances[0] + variances[1] + (n * n * apart * apart / (n + n)));
        totals.RemoveRange(0, 2);
        variances.RemoveRange(0, 2);
    }

    private void DropOldest()
    {
        AdwinRow oldest = Rows[^1];
        double n = Size(Rows.Count - 1);
        double total = oldest.Totals[0];
        Width -= n;
        Total -= total;
        double apart = (total / n) - (Total / Width);
        Variance -= oldest.Variances[0] + (n * Width * apart * apart / (n + Width));
        oldest.Totals.RemoveAt(0);
        oldest.Variances.RemoveAt(0);
        if (oldest.Totals.Count == 0)
            Rows.RemoveAt(Rows.Count - 1);
    }

    private bool HasCut()
    {
        (double n0, double total0) = (0, 0);
        for (int row = Rows.Count - 1; row >= 0; row--)
        {
            List<double> totals = Rows[row].Totals;
            for (int k = 0; k < totals.Count - 1; k++)
            {
                n0 += Size(row);
                total0 += totals[k];
                double n1 = Width - n0;
                if (n0 >= Parameters.MinWindowLength && n1 >= Parameters.MinWindowLength && Differ(n0, total0 / n0, n1, (Total - total0) / n1))
                    return true;
            }
        }

        return false;
    }

    private bool Differ(double n0, double mean0, double n1, double mean1)
    {
        double confidence = Math.Log(2 * Math.Log(Width) / Parameters.Delta);
        double m = (1 / (n0 - Parameters.MinWindowLength + 1)) + (1 / (n1 - Parameters.MinWindowLength + 1));
        double epsilon = Math.Sqrt(2 * m * (Variance / Width) * confidence) + (2.0 / 3 * confidence * m);
        return Math.Abs(mean0 - mean1) > epsilon;
    }

    private static double Size(int row) => Math.ScaleB(1, row);
}
