using System.Text.Json;
using Tidemark.Drift.Multivariate;
using Tidemark.Drift.Verdicts;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Json;
using Tidemark.Platform.Tabular;

namespace Tidemark.Drift.Comparison;

/// <summary>Two data sets to compare, and how.</summary>
/// <param name="Together">Whether to look at all numeric columns together too.</param>
public sealed record ComparisonRequest(Table Reference, Table Current, DriftPolicy Policy, DriftVerdict? Previous, bool Together)
{
    private static readonly string[] Known = ["reference", "current", "selection", "tests", "thresholds", "policy", "previous", "multivariate"];

    public DriftVerdict Compare() =>
        DriftComparison.Compare(Reference, Current, Policy, Previous) with { Multivariate = Together ? MultivariateDrift.Compare(Reference, Current) : null };

    public static Outcome<ComparisonRequest> Parse(JsonElement body)
    {
        if (body.EnumerateObject().Select(field => field.Name).FirstOrDefault(name => !Known.Contains(name)) is { } unknown)
            return Refusal.Of(unknown, $"it is not known; a comparison has {string.Join(", ", Known)}");
        bool together = body.TryGetProperty("multivariate", out JsonElement asked) && asked.ValueKind == JsonValueKind.True;
        return DataOf(body, "reference").Then(reference => DataOf(body, "current").Then(current => ColumnsFit(reference, current)
            .Then(_ => PolicyRequest.Parse(body, reference))
            .Then(policy => body.Field("previous", VerdictJson.Default.DriftVerdict).Map(previous => new ComparisonRequest(reference, current, policy, previous, together)))));
    }

    private static Outcome<Table> DataOf(JsonElement body, string side)
    {
        if (!body.TryGetProperty(side, out JsonElement data) || data.ValueKind != JsonValueKind.Object)
            return Refusal.Of(side, "send an object with columns, a list of values by name, or rows, a list of objects");
        bool inColumns = data.TryGetProperty("columns", out JsonElement columns), inRows = data.TryGetProperty("rows", out JsonElement rows);
        if (inColumns == inRows)
            return Refusal.Of(side, "send either columns or rows");
        Outcome<Table> table = inColumns ? JsonTable.FromColumns(columns) : JsonTable.FromRows(rows);
        if (!table.Ok)
            return Refusal.Of($"{side}.{table.Failure.Errors[0].Field}", table.Failure.Detail.TrimEnd('.'));
        return table.Value.Rows == 0 || table.Value.Columns.Count == 0
            ? Refusal.Of(side, "it holds no value")
            : new Table([.. table.Value.Columns.Select(NumbersOfPython)]).Filled(table.Value.Rows);
    }

    /// <summary>A column of numbers among which Python wrote NaN or Infinity, which came as texts.</summary>
    private static Column NumbersOfPython(Column column)
    {
        if (column is not MixedColumn mixed || !mixed.Values.ToArray().All(v => v is null or long or double or "NaN" or "Infinity" or "-Infinity"))
            return column;
        var numbers = new RealColumn(column.Name);
        foreach (object? value in mixed.Values)
        {
            if (value is null or string)
                numbers.AppendMissing();
            else
                numbers.Append(Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture));
        }
        return numbers;
    }

    private static Outcome<bool> ColumnsFit(Table reference, Table current)
    {
        foreach (Column column in reference.Columns)
        {
            if (current.Find(column.Name) is not { } now)
                return Refusal.Of($"current.columns.{column.Name}", "the reference has this column and current has not");
            if (Nested(column) || Nested(now))
                return Refusal.Of($"columns.{column.Name}", "it holds lists or objects; send numbers, texts or booleans");
            if (Held(column) is { } before && Held(now) is { } after && before != after)
                return Refusal.Of($"current.columns.{column.Name}", $"it holds {after} where the reference holds {before}; send one kind");
        }
        return true;
    }

    private static bool Nested(Column column) => column is MixedColumn mixed && mixed.Values.ToArray().Any(v => v is JsonElement);

    /// <summary>Null where the column holds nothing.</summary>
    private static string? Held(Column column) => column.Missing == column.Count ? null : column.Kind switch
    {
        ColumnKind.Integer or ColumnKind.Real => "numbers",
        ColumnKind.Boolean => "booleans",
        ColumnKind.Text => "texts",
        _ => "values of several kinds",
    };
}

internal static class Refusal
{
    public static Failure Of(string field, string why) => new(FailureKind.Malformed, "Unreadable comparison", $"The field '{field}' can't be used: {why}.")
    {
        Errors = [new FieldError(field, why)],
    };
}
