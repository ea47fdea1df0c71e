using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Data;
using Tidemark.Retraining.Evaluation;

namespace Tidemark.Tests.Training.Evaluation;

/// <summary>Rows and answers that reference.py makes as well, bit for bit.</summary>
internal sealed class Simulated(TrainingTask task, int count, ulong seed = 3)
{
    public int Width { get; } = task switch { TrainingTask.Binary => 2, TrainingTask.Multiclass => 3, _ => 1 };

    public HeldOutRows Rows()
    {
        int[] rows = [.. Enumerable.Range(0, count)];
        return task == TrainingTask.Regression
            ? new(task, new int[count], [.. rows.Select(r => (Uniform(r, 1) * 10) + Uniform(r, 2))], 1)
            : new(task, [.. rows.Select(r => Math.Min((int)(Width * ((0.7 * Uniform(r, 1)) + (0.3 * Uniform(r, 2)))), Width - 1))], [], Width);
    }

    /// <summary>Answers of a model that heeds the signal by this weight, the rest being noise.</summary>
    public ModelScores Scores(double weight, ulong noise)
    {
        double[] scores = new double[count * Width];
        for (int row = 0; row < count; row++)
        {
            var p = scores.AsSpan(row * Width, Width);
            for (int c = 0; c < Width; c++) p[c] = 1 + Math.Floor(63 * Math.Max(0, (weight * (1 - Math.Abs(Uniform(row, 1) - ((c + 0.5) / Width)))) + ((1 - weight) * Uniform(row, noise + (ulong)c))));
            double sum = 0;
            foreach (double raw in p) sum += raw;
            for (int c = 0; c < Width; c++) p[c] /= sum;
        }

        return new(scores, 0.4);
    }

    /// <summary>Predictions of a regression.</summary>
    public ModelScores Predictions(double slope, ulong noise, double shift) =>
        new([.. Enumerable.Range(0, count).Select(r => (Uniform(r, 1) * slope) + (noise == 0 ? 0 : Uniform(r, noise)) + shift)], 0.5);

    /// <summary>The simulated models of reference.py: the worse and the better one.</summary>
    public (ModelScores Before, ModelScores After) Reference() => task == TrainingTask.Regression
        ? (Predictions(9, 0, 0), Predictions(10, 3, -0.5))
        : (Scores(0.3, 10), Scores(0.6, 20));

    private double Uniform(int row, ulong k) => SplitMix.Mix(seed, (ulong)row, k) / Math.Pow(2, 64);
}
