using Tidemark.Retraining.Contract;

namespace Tidemark.Retraining.Evaluation;

/// <summary>The truth about the hold-out.</summary>
/// <param name="Classes">Per row its class; all 0 for a regression.</param>
/// <param name="Targets">Per row its number; empty for a classification.</param>
/// <param name="Width">Number of classes, or 1.</param>
internal sealed record HeldOutRows(TrainingTask Task, int[] Classes, double[] Targets, int Width)
{
    public int Count => Classes.Length;

    public double RarestShare => Task == TrainingTask.Regression ? 1 : Enumerable.Range(0, Width).Min(c => Classes.Count(k => k == c)) / (double)Count;

    public HeldOutRows Only(int[] rows) => this with { Classes = Array.ConvertAll(rows, r => Classes[r]), Targets = Targets.Length == 0 ? [] : Array.ConvertAll(rows, r => Targets[r]) };
}

/// <summary>What a model answers to them.</summary>
/// <param name="Scores">Probabilities [rows, classes] or predictions [rows], row-major.</param>
/// <param name="Threshold">From which probability on the second of two classes is answered.</param>
internal sealed record ModelScores(double[] Scores, double Threshold)
{
    /// <summary>The same answer to every row.</summary>
    public static ModelScores Constant(double[] answer, int rows) => new([.. Enumerable.Repeat(answer, rows).SelectMany(a => a)], 0.5);

    public ModelScores Only(int[] rows, int width)
    {
        double[] only = new double[rows.Length * width];
        for (int k = 0; k < rows.Length; k++) Scores.AsSpan(rows[k] * width, width).CopyTo(only.AsSpan(k * width));
        return this with { Scores = only };
    }
}
