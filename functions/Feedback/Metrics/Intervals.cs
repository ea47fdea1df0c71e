using MathNet.Numerics.Distributions;

namespace Tidemark.Feedback.Metrics;

/// <summary>Confidence intervals that need no resampling.</summary>
internal static class Intervals
{
    /// <summary>Quantile of the standard normal distribution for a two-sided interval, 1.96 at 0.95.</summary>
    public static double Quantile(double confidence) => Normal.InvCDF(0, 1, 0.5 + (confidence / 2));

    /// <summary>A proportion with the score interval of E. B. Wilson, "Probable inference", JASA 22 (1927).</summary>
    public static MetricValue Wilson(double hits, double trials, double confidence, string whenNone)
    {
        if (trials <= 0)
            return MetricValue.Undefined(whenNone);
        (double p, double z) = (hits / trials, Quantile(confidence));
        double scale = 1 + (z * z / trials);
        double centre = (p + (z * z / (2 * trials))) / scale;
        double half = z / scale * Math.Sqrt((p * (1 - p) / trials) + (z * z / (4 * trials * trials)));
        return new(p, Math.Min(p, Math.Max(0, centre - half)), Math.Max(p, Math.Min(1, centre + half)), "wilson");
    }

    /// <summary>The mean of a loss that is never negative, with the normal interval of its standard error.</summary>
    public static MetricValue Mean(ReadOnlySpan<double> losses, double confidence)
    {
        if (losses.IsEmpty)
            return MetricValue.Undefined("there are no rows");
        (double mean, double squares) = (0, 0);
        for (int i = 0; i < losses.Length; i++)
        {
            double apart = losses[i] - mean;
            mean += apart / (i + 1);
            squares += apart * (losses[i] - mean);
        }

        if (losses.Length == 1)
            return new(mean);
        double half = Quantile(confidence) * Math.Sqrt(squares / (losses.Length - 1) / losses.Length);
        return new(mean, Math.Max(0, mean - half), mean + half, "normal");
    }
}
