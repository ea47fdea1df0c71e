using Tidemark.Retraining.Data;

namespace Tidemark.Trainer.Data;

/// <summary>One fit and the rows that judge it.</summary>
/// <param name="Training">Rows to fit on.</param>
/// <param name="Validation">Rows to judge by.</param>
/// <param name="Places">Per validation row its place among <see cref="Resampling"/>'s validation rows.</param>
internal sealed record Fold(Part Training, Part Validation, int[] Places);

/// <summary>How candidates are judged: by one validation part, or by five folds whose answers together cover all rows that are not test.</summary>
internal sealed class Resampling
{
    public Resampling(Dataset data)
    {
        Whole = data.Training;
        if (data.Folds is not { } folds)
        {
            Validation = data.Validation;
            Folds = [new(data.Training, data.Validation, [.. Enumerable.Range(0, data.Validation.Rows)])];
            return;
        }

        Validation = data.Training;
        int[] all = [.. Enumerable.Range(0, folds.Length)];
        Folds = [.. Enumerable.Range(0, RowSplit.Folds).Where(k => folds.Contains((byte)k)).Select(k =>
        {
            int[] held = [.. all.Where(row => folds[row] == k)];
            return new Fold(Whole.Gather([.. all.Where(row => folds[row] != k)]), Whole.Gather(held), held);
        })];
    }

    public IReadOnlyList<Fold> Folds { get; }

    /// <summary>All rows that a final fit may use.</summary>
    public Part Whole { get; }

    /// <summary>All rows that judge.</summary>
    public Part Validation { get; }

    public bool HasFolds => Folds.Count > 1;
}
