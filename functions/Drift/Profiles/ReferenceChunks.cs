using Tidemark.Drift.Verdicts;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Profiles;

namespace Tidemark.Drift.Profiles;

/// <summary>
/// Reference rows as one profile and as profiles of consecutive parts of equal length, ten to nineteen however many rows come (of the twentieth on
/// neighbours merge): NannyML's thresholds are made of how far the parts lie from the whole.
/// </summary>
internal sealed class ReferenceChunks
{
    private const int Most = 20, FewestRows = 50, Fewest = 3;

    private readonly List<Profile> full = [];
    private Profile open = new();
    private long size = FewestRows;

    public Profile Whole { get; } = new();

    public void Observe(Table batch)
    {
        Whole.Observe(batch);
        for (int from = 0; from < batch.Rows;)
        {
            int to = (int)Math.Min(batch.Rows, from + size - open.Rows);
            open.Observe(batch, from, to);
            from = to;
            if (open.Rows == size)
                Close();
        }
    }

    /// <summary>Per column the threshold of the Jensen-Shannon distance; none where there are too few parts.</summary>
    public Dictionary<string, double> Thresholds() => Thresholds(Whole, [.. full, .. 2 * open.Rows >= size ? [open] : (Profile[])[]]);

    /// <param name="whole">The reference.</param>
    /// <param name="parts">Profiles of parts of it.</param>
    public static Dictionary<string, double> Thresholds(Profile whole, IReadOnlyList<Profile> parts)
    {
        var thresholds = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (ColumnProfile column in parts.Count < Fewest ? [] : whole.Columns)
        {
            bool numeric = ColumnSample.IsNumeric(column.Kind);
            ColumnSample[] chunks = [.. parts.Select(part => ColumnSample.Of(part.Find(column.Name), part.Rows, numeric)).Where(chunk => chunk.Count > 0)];
            if (chunks.Length >= Fewest)
                thresholds[column.Name] = ChunkThreshold.OfJensenShannon(ColumnSample.Of(column, whole.Rows, numeric), chunks);
        }

        return thresholds;
    }

    private void Close()
    {
        full.Add(open);
        open = new();
        if (full.Count < Most)
            return;
        for (int i = 0; i < Most / 2; i++)
        {
            full[i].Merge(full[i + 1]);
            full.RemoveAt(i + 1);
        }

        size *= 2;
    }
}
