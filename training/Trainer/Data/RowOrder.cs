using Tidemark.Retraining.Data;

namespace Tidemark.Trainer.Data;

/// <summary>
/// Where each row of the file goes, told row by row in file order, the same at every reading. Among training rows a sample drawn by hash
/// comes first: those whose cells are kept.
/// </summary>
internal sealed class RowOrder
{
    private readonly LabelledRows labels;
    private readonly ulong salt;
    private readonly ulong keepBelow;
    private readonly bool folded;
    private int labelled, kept, others, validation, test;

    public RowOrder(LabelledRows labels, ulong seed)
    {
        (this.labels, folded) = (labels, labels.Folds is not null);
        TrainingRows = labels.RowsOf(RowSplit.Training) + (folded ? labels.RowsOf(RowSplit.Validation) : 0);
        salt = SplitMix.Next(SplitMix.Mix(seed, 13));
        keepBelow = TrainingRows <= Dataset.MostKept ? ulong.MaxValue : (ulong)((double)Dataset.MostKept / TrainingRows * ulong.MaxValue);
        for (int row = 0; row < labels.Count; row++)
        {
            if (PartOf(row) == RowSplit.Training && IsKept(row)) KeptRows++;
        }
    }

    public int TrainingRows { get; }

    public int KeptRows { get; }

    /// <summary>Begins a reading.</summary>
    public void Begin() => (labelled, kept, others, validation, test) = (0, 0, KeptRows, 0, 0);

    /// <summary>The part and the place in it of the next row of the file; null for one without a label. With folds, validation rows are training rows.</summary>
    public (byte Part, int Place, int Row)? Next(long fileRow)
    {
        if (!labels.IsLabelled(fileRow)) return null;
        int row = labelled++;
        byte part = PartOf(row);
        int place = part switch
        {
            RowSplit.Test => test++,
            RowSplit.Validation => validation++,
            _ => IsKept(row) ? kept++ : others++,
        };
        return (part, place, row);
    }

    private byte PartOf(int row) => folded && labels.Parts[row] == RowSplit.Validation ? RowSplit.Training : labels.Parts[row];

    private bool IsKept(int row) => keepBelow == ulong.MaxValue || SplitMix.Next((ulong)row ^ salt) < keepBelow;
}
