using Tidemark.Drift.Statistics;

namespace Tidemark.Drift.Verdicts;

/// <summary>How far a statistic of profiles may lie from that of the rows; holds for 99 of 100 columns.</summary>
internal static class MeasurementError
{
    public static double Of(TestChoice choice, ColumnPair pair)
    {
        double rank = pair.Reference.RankError + pair.Current.RankError;
        return choice.Test switch
        {
            DriftTest.Wasserstein => rank * Spread(pair),
            DriftTest.WassersteinNormed => rank * Spread(pair) / Math.Max(Measurement.Deviation(pair.Reference), Wasserstein.LeastScale),
            DriftTest.Energy => rank * Math.Sqrt(2 * Spread(pair)),
            DriftTest.JensenShannon or DriftTest.Hellinger => Metric(choice.Shares ?? pair.Binned, rank) + ShareErrors(pair),
            DriftTest.PopulationStability or DriftTest.KullbackLeibler => 2 * Metric(pair.Binned, rank) + ShareErrors(pair),
            _ => rank + ShareErrors(pair),
        };
    }

    /// <summary>Whether the verdict is the same anywhere within the error.</summary>
    public static bool Settled(TestChoice choice, ColumnPair pair, TestResult result, double error)
    {
        if (!choice.Test.HasPValue())
            return Math.Abs(result.Statistic - choice.Threshold) > error;
        if (choice.Test != DriftTest.KolmogorovSmirnov)
            return false;
        double At(double statistic) => KolmogorovSmirnov.Test(Math.Clamp(statistic, 0, 1), pair.Reference.Count, pair.Current.Count).PValue;
        return (At(result.Statistic - error) < choice.Threshold) == (At(result.Statistic + error) < choice.Threshold);
    }

    /// <summary>Where the distribution functions are neither 0 nor 1, all but a hundredth at either end; there they are off by less than the bound.</summary>
    private static double Spread(ColumnPair pair)
    {
        double[] values = pair.Tied.Values;
        double low = values[^1], high = values[0];
        long seen = 0, total = pair.Tied.Total;
        for (int i = 0; i < values.Length; i++)
        {
            seen += pair.Tied.LeftCounts[i] + pair.Tied.RightCounts[i];
            if (seen >= 0.01 * total)
                low = Math.Min(low, values[i]);
            if (seen <= 0.99 * total)
                high = values[i];
        }
        return Math.Max(0, high - low);
    }

    /// <summary>Both distances are metrics, so each side's own error adds: that of a bin is taken as the rank's at its two edges, root of half of it squared.</summary>
    private static double Metric(CountPair counts, double rank)
    {
        double all = counts.Reference.Sum() + counts.Current.Sum(), sum = 0;
        for (int i = 0; i < counts.Size; i++)
            sum += Math.Min(rank / 2, rank * rank / 8 / Math.Max((counts.Reference[i] + counts.Current[i]) / all, 1e-9)) / (8 * Math.Log(2));
        return Math.Sqrt(sum);
    }

    private static double ShareErrors(ColumnPair pair) => pair.Reference.ShareError + pair.Current.ShareError;
}
