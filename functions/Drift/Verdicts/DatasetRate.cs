namespace Tidemark.Drift.Verdicts;

/// <summary>How often enough columns drift by chance alone.</summary>
public static class DatasetRate
{
    private const int Grains = 1000;

    /// <summary>P(weighted share of drifted columns >= share), the columns independent: their probabilities folded one after the other.</summary>
    /// <param name="rates">Per column, how often it drifts by chance.</param>
    /// <param name="weights">Per column, not negative, of a sum above 0.</param>
    public static double Independent(IReadOnlyList<double> rates, IReadOnlyList<double> weights, double share)
    {
        // Weights in grains, rounded so that a share that just reaches the threshold is counted.
        bool equal = weights.Distinct().Count() == 1;
        double whole = weights.Sum();
        int[] grains = [.. weights.Select(w => equal ? 1 : (int)Math.Ceiling(w / whole * Grains))];
        double[] mass = new double[grains.Sum() + 1];
        mass[0] = 1;
        int reached = 0;
        for (int column = 0; column < rates.Count; column++)
        {
            for (int at = reached; at >= 0; at--)
            {
                double moved = mass[at] * rates[column];
                mass[at] -= moved;
                mass[at + grains[column]] += moved;
            }
            reached += grains[column];
        }
        int least = (int)Math.Ceiling(share * (equal ? rates.Count : Grains) - 1e-9);
        return Math.Clamp(mass.Skip(least).Sum(), 0, 1);
    }

    /// <summary>The mean share over the threshold: a bound whatever the columns have to do with each other.</summary>
    public static double Bound(IReadOnlyList<double> rates, IReadOnlyList<double> weights, double share) =>
        Math.Min(1, rates.Zip(weights, (r, w) => r * w).Sum() / weights.Sum() / share);

    /// <summary>
    /// How often so many windows in a row drift by chance, where one does at the rate given. Windows share their reference, so they are
    /// independent only as far as the reference is larger than they are.
    /// </summary>
    public static double InARow(double rate, int windows, double scarcity, double referenceScarcity) =>
        Math.Pow(rate, 1 + (windows - 1) * (1 - referenceScarcity / scarcity));
}
