namespace Tidemark.Drift.Statistics;

/// <summary>Shares of categories or bins out of their counts.</summary>
public static class Shares
{
    public static double[] Of(ReadOnlySpan<double> counts)
    {
        double sum = ChiSquare.Sum(counts);
        double[] shares = new double[counts.Length];
        for (int i = 0; i < shares.Length; i++)
            shares[i] = counts[i] / sum;
        return shares;
    }

    /// <summary>
    /// Puts 0.0001 in place of zeros, or a millionth of the smallest share where that is no larger than 0.0001, so that logarithms are finite:
    /// Evidently's rule, after which the shares sum to a little over 1.
    /// </summary>
    public static double[] WithoutZeros(double[] shares)
    {
        double least = shares.Where(s => s > 0).DefaultIfEmpty(1).Min(), instead = least <= 0.0001 ? least / 1e6 : 0.0001;
        return [.. shares.Select(s => s == 0 ? instead : s)];
    }
}
