namespace Tidemark.Trainer.Trees;

/// <summary>Where the bins of each column end, found at quantiles of training rows. A value x is in the first bin whose cut is at least x; missing has a bin of its own, the last.</summary>
internal sealed class BinCuts
{
    private const int MostCuts = 253;

    private BinCuts(float[][] cuts)
    {
        Cuts = cuts;
        First = new int[cuts.Length + 1];
        for (int f = 0; f < cuts.Length; f++) First[f + 1] = First[f] + cuts[f].Length + 2;
    }

    /// <summary>Per column the upper ends of its bins but the last, ascending.</summary>
    public float[][] Cuts { get; }

    /// <summary>Per column where its bins begin when all bins stand in one row; the last entry is the number of bins.</summary>
    public int[] First { get; }

    public int Columns => Cuts.Length;

    /// <summary>The bin of missing values of a column.</summary>
    public int Missing(int column) => Cuts[column].Length + 1;

    public static BinCuts Fit(TreeColumns columns, Data.Part training) =>
        new([.. Enumerable.Range(0, columns.Count).Select(f => Fit(columns.Of(training, f)))]);

    public byte Bin(int column, float value)
    {
        float[] cuts = Cuts[column];
        if (float.IsNaN(value)) return (byte)(cuts.Length + 1);
        int low = 0, high = cuts.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (value <= cuts[middle]) high = middle;
            else low = middle + 1;
        }

        return (byte)low;
    }

    private static float[] Fit(float[] column)
    {
        float[] values = [.. column.Where(float.IsFinite)];
        Array.Sort(values);
        List<float> cuts = [];
        float[] distinct = [.. values.Distinct().Take(MostCuts + 1)];
        if (distinct.Length <= MostCuts)
        {
            for (int k = 1; k < distinct.Length; k++) cuts.Add(Between(distinct[k - 1], distinct[k]));
        }
        else
        {
            for (int k = 1; k < MostCuts; k++)
            {
                int at = (int)((long)k * values.Length / MostCuts);
                float cut = values[at] > values[at - 1] ? Between(values[at - 1], values[at]) : values[at];
                if (cuts.Count == 0 || cut > cuts[^1]) cuts.Add(cut);
            }
        }

        // A cut behind every number lets a tree part missing from present.
        if (values.Length > 0 && column.Any(float.IsNaN)) cuts.Add(float.PositiveInfinity);
        return [.. cuts];
    }

    /// <summary>A value at least the lower and below the higher one.</summary>
    private static float Between(float low, float high)
    {
        float middle = (float)(((double)low + high) / 2);
        return middle < high ? middle : low;
    }
}

/// <summary>The binned matrix: a byte a cell, row after row.</summary>
internal sealed class BinnedRows(BinCuts cuts, int rows)
{
    public BinCuts Cuts => cuts;

    public int Rows => rows;

    public byte[] Codes { get; } = GC.AllocateUninitializedArray<byte>(checked(rows * cuts.Columns));

    public ReadOnlySpan<byte> Row(int row) => Codes.AsSpan(row * cuts.Columns, cuts.Columns);

    /// <summary>Bins the kept rows of a part.</summary>
    public static BinnedRows Of(BinCuts cuts, TreeColumns columns, Data.Part part, ParallelOptions parallel)
    {
        var binned = new BinnedRows(cuts, part.Rows);
        Parallel.For(0, cuts.Columns, parallel, f =>
        {
            float[] column = columns.Of(part, f);
            for (int row = 0; row < part.Kept; row++) binned.Codes[(row * cuts.Columns) + f] = cuts.Bin(f, column[row]);
        });
        return binned;
    }
}
