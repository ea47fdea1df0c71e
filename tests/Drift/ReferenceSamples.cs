using System.Text.Json;

namespace Tidemark.Tests.Drift;

/// <summary>The samples of <c>scipy_reference.py</c>, equal to the last bit.</summary>
internal static class ReferenceSamples
{
    public static (double[] X, double[] Y) Numbers(JsonElement sample)
    {
        (ulong seed, string shape) = (sample.GetProperty("seed").GetUInt64(), sample.GetProperty("shape").GetString()!);
        (double scale, double shift) = (sample.GetProperty("scale").GetDouble(), sample.GetProperty("shift").GetDouble());
        double[] y = Draw(shape, seed + 1, sample.GetProperty("m").GetInt32());
        return (Draw(shape, seed, sample.GetProperty("n").GetInt32()), [.. y.Select(value => value * scale + shift)]);
    }

    /// <summary>Counts of the categories that are in either sample.</summary>
    public static (double[] X, double[] Y) Tables(JsonElement sample)
    {
        ulong seed = sample.GetProperty("seed").GetUInt64();
        (int k, double skew) = (sample.GetProperty("k").GetInt32(), sample.GetProperty("skew").GetDouble());
        double[] x = new double[k], y = new double[k];
        foreach (double u in Uniform(seed, sample.GetProperty("n").GetInt32()))
            x[(int)(u * u * k)]++;
        foreach (double u in Uniform(seed + 1, sample.GetProperty("m").GetInt32()))
        {
            double v = u * (1.0 - skew * (1.0 - u));
            y[(int)(v * v * k)]++;
        }
        int[] there = [.. Enumerable.Range(0, k).Where(i => x[i] + y[i] > 0)];
        return ([.. there.Select(i => x[i])], [.. there.Select(i => y[i])]);
    }

    /// <summary>Numbers in [0, 1): SplitMix64 (Steele, Lea and Flood 2014), 53 bits.</summary>
    public static double[] Uniform(ulong seed, int count)
    {
        double[] numbers = new double[count];
        for (int i = 0; i < count; i++)
        {
            ulong z = seed * 1000003 + (ulong)(i + 1) * 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            z ^= z >> 31;
            numbers[i] = (z >> 11) * (1.0 / (1UL << 53));
        }
        return numbers;
    }

    public static double[] Draw(string shape, ulong seed, int n)
    {
        double[] u = Uniform(seed, n * (shape switch { "bell" => 4, "rounded" => 2, _ => 1 }));
        return [.. Enumerable.Range(0, n).Select(i => shape switch
        {
            "uniform" => u[i],
            "bell" => u[i] + u[n + i] + u[2 * n + i] + u[3 * n + i] - 2.0,
            "integers" => Math.Floor(u[i] * 9.0),
            "rounded" => Math.Floor((u[i] + u[n + i]) * 40.0) / 8.0,
            _ => u[i] / (1.0001 - u[i]),
        })];
    }
}
