using System.Text.Json.Serialization;

namespace Tidemark.Platform.Tabular.Sketches;

/// <summary>
/// Count, mean and the second and third central moment sums of a stream, one pass, mergeable and stable (Welford 1962; pairwise and third
/// order: Pébay, "Formulas for Robust, One-Pass Parallel Computation of Covariances and Arbitrary-Order Statistical Moments", 2008).
/// </summary>
public readonly record struct Moments(long Count, double Mean, double M2, double M3)
{
    /// <summary>Sample standard deviation (n - 1); NaN below two values.</summary>
    [JsonIgnore]
    public double StandardDeviation => Count < 2 ? double.NaN : Math.Sqrt(M2 / (Count - 1));

    /// <summary>Sample skewness g1 = m3 / m2^1.5; NaN below two values or where all are equal.</summary>
    [JsonIgnore]
    public double Skewness => Count < 2 || M2 == 0 ? double.NaN : Math.Sqrt(Count) * M3 / Math.Pow(M2, 1.5);

    [JsonIgnore]
    public double Sum => Count == 0 ? 0 : Mean * Count;

    public Moments With(double value)
    {
        long n = Count + 1;
        double delta = value - Mean, step = delta / n, term = delta * step * Count;
        return new(n, Mean + step, M2 + term, M3 + term * step * (n - 2) - 3 * step * M2);
    }

    public Moments Merge(Moments other)
    {
        if (Count == 0 || other.Count == 0)
            return Count == 0 ? other : this;
        double a = Count, b = other.Count, n = a + b, delta = other.Mean - Mean;
        return new(Count + other.Count, Mean + delta * b / n, M2 + other.M2 + delta * delta * a * b / n,
            M3 + other.M3 + delta * delta * delta * a * b * (a - b) / (n * n) + 3 * delta * (a * other.M2 - b * M2) / n);
    }
}
