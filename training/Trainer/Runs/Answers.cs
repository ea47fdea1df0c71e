using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Data;
using Tidemark.Retraining.Measures;
using Tidemark.Trainer.Data;

namespace Tidemark.Trainer.Runs;

/// <summary>What a calibrated model answers to rows, and what that is worth.</summary>
/// <param name="Problem">What was to be learned.</param>
/// <param name="Values">[rows, classes] probabilities, or [rows] predictions.</param>
/// <param name="Rows">The rows.</param>
internal sealed record Answers(Problem Problem, double[] Values, Part Rows)
{
    private const int Resamples = 200;

    /// <param name="outputs">The model's outputs for the rows, [rows, outputs].</param>
    public static Answers From(Problem problem, double[] outputs, double temperature, Part rows)
    {
        if (problem.Task == TrainingTask.Regression) return new(problem, outputs, rows);
        double[] values = new double[rows.Rows * problem.Classes];
        Span<double> z = stackalloc double[problem.Outputs];
        for (int row = 0; row < rows.Rows; row++)
        {
            for (int c = 0; c < z.Length; c++) z[c] = outputs[(row * z.Length) + c] / temperature;
            problem.Probabilities(z, values.AsSpan(row * problem.Classes, problem.Classes));
        }

        return new(problem, values, rows);
    }

    public MeasureSet Measure(double threshold) => Problem.Task == TrainingTask.Regression
        ? Measuring.Regression(Rows.Targets, Values)
        : Measuring.Classification(Rows.Classes, Values, Problem.Classes, threshold);

    /// <summary>The measures of some of the rows.</summary>
    public MeasureSet Measure(double threshold, int[] rows) => Some(rows).Measure(threshold);

    /// <summary>The threshold of the best F1, as the float32 that the graph compares with.</summary>
    public double BestThreshold() =>
        (float)Ranking.BestThreshold(Array.ConvertAll(Rows.Classes, c => c == 1), [.. Enumerable.Range(0, Rows.Rows).Select(row => Values[(2 * row) + 1])]);

    /// <summary>5 % and 95 % of each measure over resamples of the rows.</summary>
    public SortedDictionary<string, double[]> Intervals(double threshold)
    {
        var figures = new SortedDictionary<string, List<double>>(StringComparer.Ordinal);
        int n = Rows.Rows;
        int[] drawn = new int[n];
        for (ulong b = 0; b < Resamples; b++)
        {
            ulong salt = SplitMix.Next(SplitMix.Mix(Problem.Seed, 77, b));
            for (int i = 0; i < n; i++) drawn[i] = (int)(SplitMix.Next((ulong)i ^ salt) % (ulong)n);
            foreach (var (name, value) in Measure(threshold, drawn).Figures())
            {
                if (!figures.TryGetValue(name, out var values)) figures.Add(name, values = []);
                values.Add(value);
            }
        }

        return new(figures.ToDictionary(f => f.Key, f => Bounds(f.Value)), StringComparer.Ordinal);
    }

    private Answers Some(int[] rows)
    {
        int width = Values.Length / Math.Max(1, Rows.Rows);
        double[] values = new double[rows.Length * width];
        for (int k = 0; k < rows.Length; k++) Values.AsSpan(rows[k] * width, width).CopyTo(values.AsSpan(k * width));
        return this with
        {
            Values = values,
            Rows = new Part
            {
                Rows = rows.Length,
                Kept = 0,
                Numbers = [],
                Texts = [],
                Classes = Array.ConvertAll(rows, row => Rows.Classes[row]),
                Targets = Array.ConvertAll(rows, row => Rows.Targets[row]),
            }
        };
    }

    private static double[] Bounds(List<double> values)
    {
        values.Sort();
        double At(double share)
        {
            double at = share * (values.Count - 1);
            int low = (int)at, high = Math.Min(low + 1, values.Count - 1);
            return values[low] + ((at - low) * (values[high] - values[low]));
        }

        return [At(0.05), At(0.95)];
    }
}
