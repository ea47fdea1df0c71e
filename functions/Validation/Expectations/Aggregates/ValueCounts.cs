using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary>How often each distinct value occurs. Allocates per distinct value, not per row.</summary>
internal sealed class ValueCounts
{
    private readonly Dictionary<UInt128, Counted> counts = [];

    public int Distinct => counts.Count;

    public void Add(Column column, ReadOnlySpan<bool> considered, bool parseDates)
    {
        for (int i = 0; i < considered.Length; i++)
        {
            if (!considered[i])
                continue;
            object? date = parseDates && column.Cell(i) is string text ? DateText.Parse(text) : null;
            UInt128 key = date is null ? ValueKey.At(column, i) : ValueKey.Of(date);
            ref Counted counted = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, key, out bool known);
            counted = known ? counted with { Count = counted.Count + 1 } : new Counted(date ?? column.Cell(i)!, 1);
        }
    }

    public long Of(object? value) => counts.TryGetValue(ValueKey.Of(value), out Counted counted) ? counted.Count : 0;

    public bool Contains(UInt128 key) => counts.ContainsKey(key);

    public IEnumerable<UInt128> Keys => counts.Keys;

    /// <summary>Ordered by value; values of kinds without a common order, by kind.</summary>
    public IReadOnlyList<Counted> Sorted() => counts.Values
        .OrderBy(counted => counted.Value, Comparer<object>.Create((a, b) => Values.Compare(a, b) ?? Rank(a).CompareTo(Rank(b))))
        .ToList();

    /// <summary>The <c>value_counts</c> of a result's details.</summary>
    public static JsonObject Details(IReadOnlyList<Counted> sorted) => new()
    {
        ["value_counts"] = new JsonArray(sorted
            .Select(counted => (JsonNode)new JsonObject { ["value"] = Values.ToJson(counted.Value), ["count"] = counted.Count })
            .ToArray()),
    };

    private static int Rank(object value) => value switch { long or double or bool => 0, string => 1, DateTime => 2, DateTimeOffset => 3, _ => 4 };

    internal readonly record struct Counted(object Value, long Count);
}
