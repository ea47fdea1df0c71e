using System.Text.Json.Nodes;
using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// The unexpected rows that a result shows, and the <c>result</c> made of them. Below COMPLETE only the first
/// <see cref="ResultFormat.PartialUnexpectedCount"/> are kept and counted, as Great Expectations does, so memory stays bounded.
/// </summary>
/// <param name="format">How much to show.</param>
/// <param name="names">The expectation's columns.</param>
/// <param name="records">Whether a row's values are shown by column name; else as a value or a pair.</param>
internal sealed class UnexpectedRows(ResultFormat format, IReadOnlyList<string> names, bool records)
{
    private readonly List<Kept> rows = [];
    private bool sorted = true;

    /// <summary>No later row can be shown; a row that comes out of order may still replace one.</summary>
    public bool IsFull => sorted && format.Detail != ResultDetail.Complete && rows.Count >= format.PartialUnexpectedCount;

    /// <summary>What identifies a row where index columns are asked for: those columns and the expectation's own.</summary>
    public JsonObject? IndexOf(Batch batch, int row)
    {
        if (format.IndexColumns.Count == 0)
            return null;
        var index = new JsonObject();
        foreach (string name in names.Concat(format.IndexColumns).Distinct())
            index[name] = Values.ToJson(batch.Find(name).Cell(row));
        return index;
    }

    public void Add(long row, object?[] cells, JsonObject? index, Table? table = null, int tableRow = 0)
    {
        JsonObject? whole = null;
        if (format.IncludeUnexpectedRows && table is not null)
            whole = new JsonObject(table.Columns.Select((c, i) => KeyValuePair.Create(table.Names[i], Values.ToJson(c.Cell(tableRow)))));
        sorted &= rows.Count == 0 || rows[^1].Row < row;
        rows.Add(new Kept(row, cells, index, whole));
        if (format.Detail != ResultDetail.Complete && rows.Count > 64 + (2 * format.PartialUnexpectedCount))
            Trim();
    }

    /// <param name="elements">Rows looked at.</param>
    /// <param name="judged">Rows with values, or null where missing values are not spoken of.</param>
    /// <param name="failed">Rows not as expected.</param>
    public JsonObject Describe(long elements, long? judged, long failed)
    {
        var result = new JsonObject();
        if (format.Detail == ResultDetail.BooleanOnly)
            return result;
        Trim();
        AddCounts(result, elements, judged, failed);
        if (!format.ExcludeUnexpectedValues)
            result["partial_unexpected_list"] = List(format.PartialUnexpectedCount, Shown);
        if (format.IndexColumns.Count > 0)
            result["unexpected_index_column_names"] = Values.ToJson(format.IndexColumns);
        if (format.IncludeUnexpectedRows)
            result["unexpected_rows"] = List(int.MaxValue, kept => kept.Whole?.DeepClone());
        if (format.Detail >= ResultDetail.Summary && format.PartialUnexpectedCount > 0)
        {
            result["partial_unexpected_index_list"] = List(format.PartialUnexpectedCount, Index);
            if (!format.ExcludeUnexpectedValues)
                result["partial_unexpected_counts"] = Counts();
        }

        if (format.Detail == ResultDetail.Complete)
        {
            if (!format.ExcludeUnexpectedValues)
                result["unexpected_list"] = List(int.MaxValue, Shown);
            result["unexpected_index_list"] = List(int.MaxValue, Index);
        }

        return result;
    }

    private static void AddCounts(JsonObject result, long elements, long? judged, long failed)
    {
        double? ofAll = elements > 0 ? (double)failed / elements * 100 : null;
        double? ofJudged = judged is not { } count ? ofAll : elements > 0 && count > 0 ? (double)failed / count * 100 : null;
        result["element_count"] = elements;
        result["unexpected_count"] = failed;
        result["unexpected_percent"] = ofJudged;
        if (judged is null)
            return;
        result["missing_count"] = elements - judged;
        result["missing_percent"] = elements > 0 ? (double)(elements - judged) / elements * 100 : null;
        result["unexpected_percent_total"] = ofAll;
        result["unexpected_percent_nonmissing"] = ofJudged;
    }

    /// <summary>The most common of the kept values (the earlier first among equals), then ordered by count and value.</summary>
    private JsonArray Counts() => new(rows
        .GroupBy(kept => ValueKey.Of(kept.Cells))
        .Select(group => (group.First().Cells, Count: group.Count()))
        .OrderByDescending(value => value.Count)
        .Take(format.PartialUnexpectedCount)
        .OrderByDescending(value => value.Count)
        .ThenBy(value => value.Cells, Comparer<object?[]>.Create((a, b) => Values.Compare(a, b) ?? 0))
        .Select(value => (JsonNode)new JsonObject
        {
            ["value"] = value.Cells.Length == 1 ? Values.ToJson(value.Cells[0]) : Values.ToJson(value.Cells),
            ["count"] = value.Count,
        })
        .ToArray());

    private JsonArray List(int limit, Func<Kept, JsonNode?> show) => new(rows.Take(limit).Select(show).ToArray());

    private JsonNode? Shown(Kept kept) => records
        ? new JsonObject(names.Select((name, i) => KeyValuePair.Create(name, Values.ToJson(kept.Cells[i]))))
        : kept.Cells.Length == 1 ? Values.ToJson(kept.Cells[0]) : Values.ToJson(kept.Cells);

    private static JsonNode? Index(Kept kept) => kept.Index?.DeepClone() ?? JsonValue.Create(kept.Row);

    private void Trim()
    {
        if (!sorted)
            rows.Sort((a, b) => a.Row.CompareTo(b.Row));
        if (format.Detail != ResultDetail.Complete && rows.Count > format.PartialUnexpectedCount)
            rows.RemoveRange(format.PartialUnexpectedCount, rows.Count - format.PartialUnexpectedCount);
        sorted = true;
    }

    private sealed record Kept(long Row, object?[] Cells, JsonObject? Index, JsonObject? Whole);
}
