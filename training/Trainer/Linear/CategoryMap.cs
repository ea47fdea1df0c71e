using Tidemark.Trainer.Data;

namespace Tidemark.Trainer.Linear;

/// <summary>The categories of a column that are told apart, found in training rows.</summary>
internal sealed class CategoryMap
{
    public const int Other = 0, Missing = 1, FirstKnown = 2;
    private const int FewestRows = 5;
    private readonly Dictionary<int, int> codes;

    private CategoryMap(int[] known, int others, int missing)
    {
        (Known, OtherRows, MissingRows) = (known, others, missing);
        codes = known.Select((id, at) => (id, at)).ToDictionary(k => k.id, k => FirstKnown + k.at);
    }

    /// <summary>Ids of the known categories, most frequent first; code <see cref="FirstKnown"/> is the first.</summary>
    public int[] Known { get; }

    public int OtherRows { get; }

    public int MissingRows { get; }

    public int Codes => FirstKnown + Known.Length;

    public static CategoryMap Fit(ReadOnlySpan<int> cells, TextIds ids, int most)
    {
        int[] counts = new int[ids.Count];
        foreach (int cell in cells) counts[cell]++;
        int[] known =
        [
            .. Enumerable.Range(1, counts.Length - 1).Where(id => counts[id] >= FewestRows)
                .OrderByDescending(id => counts[id]).ThenBy(id => ids[id], StringComparer.Ordinal).Take(most),
        ];
        int missing = counts[TextIds.Missing];
        return new(known, cells.Length - missing - known.Sum(id => counts[id]), missing);
    }

    /// <summary>0 for other and unknown ones, 1 for missing, then the known ones.</summary>
    public int Code(int id) => id == TextIds.Missing ? Missing : codes.GetValueOrDefault(id, Other);
}
