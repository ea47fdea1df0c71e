using System.Text.Json;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Tabular;

/// <summary>Tables from request JSON. A column's kind is that of all its cells: integers, numbers, booleans, texts; else mixed.</summary>
public static class JsonTable
{
    /// <summary>From <c>[{"age": 1, "name": "a"}, …]</c>; a field that a row lacks is missing there, columns come in order of first appearance.</summary>
    public static Outcome<Table> FromRows(JsonElement rows)
    {
        if (rows.ValueKind != JsonValueKind.Array)
            return Malformed("rows", "rows must be a list of objects, one per row.");
        var cells = new Dictionary<string, List<JsonElement>>(StringComparer.Ordinal);
        int count = 0;
        foreach (JsonElement row in rows.EnumerateArray())
        {
            if (row.ValueKind != JsonValueKind.Object)
                return Malformed($"rows[{count}]", $"rows[{count}] must be an object of column names and values, not {row.ValueKind}.");
            foreach (JsonProperty field in row.EnumerateObject())
            {
                List<JsonElement> column = cells.TryGetValue(field.Name, out List<JsonElement>? known) ? known : cells[field.Name] = [];
                if (column.Count > count)
                    return Malformed($"rows[{count}].{field.Name}", $"rows[{count}] names '{field.Name}' twice.");
                Pad(column, count);
                column.Add(field.Value);
            }

            count++;
        }

        foreach (List<JsonElement> column in cells.Values)
            Pad(column, count);
        return Build(cells.Select(column => (column.Key, (IReadOnlyList<JsonElement>)column.Value)), count);
    }

    /// <summary>From <c>{"age": [1, 2], "name": ["a", "b"]}</c>, lists of equal length.</summary>
    public static Outcome<Table> FromColumns(JsonElement columns)
    {
        if (columns.ValueKind != JsonValueKind.Object)
            return Malformed("columns", "columns must be an object of column names and lists of values.");
        var cells = new List<(string, IReadOnlyList<JsonElement>)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        int? count = null;
        foreach (JsonProperty column in columns.EnumerateObject())
        {
            if (column.Value.ValueKind != JsonValueKind.Array || !names.Add(column.Name))
                return Malformed($"columns.{column.Name}", $"columns.{column.Name} must be one list of values.");
            if (column.Value.GetArrayLength() != (count ??= column.Value.GetArrayLength()))
                return Malformed($"columns.{column.Name}", $"columns.{column.Name} has {column.Value.GetArrayLength()} values where the first column has {count}.");
            cells.Add((column.Name, column.Value.EnumerateArray().ToList()));
        }

        return Build(cells, count ?? 0);
    }

    private static void Pad(List<JsonElement> column, int count)
    {
        while (column.Count < count)
            column.Add(default);
    }

    private static Table Build(IEnumerable<(string Name, IReadOnlyList<JsonElement> Cells)> columns, int count) =>
        new Table(columns.Select(column => Fill(column.Name, column.Cells)).ToList()).Filled(count);

    private static Column Fill(string name, IReadOnlyList<JsonElement> cells)
    {
        Column column = Empty(name, cells);
        foreach (JsonElement cell in cells)
        {
            if (cell.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
                column.AppendMissing();
            else
                Append(column, cell);
        }

        return column;
    }

    private static void Append(Column column, JsonElement cell)
    {
        switch (column)
        {
            case IntegerColumn whole:
                whole.Append(cell.GetInt64());
                break;
            case RealColumn real:
                real.Append(cell.GetDouble());
                break;
            case BooleanColumn flag:
                flag.Append(cell.GetBoolean());
                break;
            case TextColumn text:
                text.Append(cell.GetString()!);
                break;
            case MixedColumn mixed:
                mixed.Append(Value(cell));
                break;
        }
    }

    private static object? Value(JsonElement cell) => cell.ValueKind switch
    {
        JsonValueKind.Number => cell.TryGetInt64(out long whole) ? (object)whole : cell.GetDouble(),
        JsonValueKind.String => cell.GetString(),
        JsonValueKind.True or JsonValueKind.False => cell.GetBoolean(),
        _ => cell.Clone(),
    };

    private static Column Empty(string name, IReadOnlyList<JsonElement> cells)
    {
        bool whole = true, numbers = true, flags = true, texts = true, any = false;
        foreach (JsonElement cell in cells)
        {
            if (cell.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
                continue;
            any = true;
            numbers &= cell.ValueKind == JsonValueKind.Number;
            whole &= numbers && cell.TryGetInt64(out _);
            flags &= cell.ValueKind is JsonValueKind.True or JsonValueKind.False;
            texts &= cell.ValueKind == JsonValueKind.String;
        }

        return !any ? new MixedColumn(name)
            : whole ? new IntegerColumn(name)
            : numbers ? new RealColumn(name)
            : flags ? new BooleanColumn(name)
            : texts ? new TextColumn(name)
            : new MixedColumn(name);
    }

    private static Failure Malformed(string field, string detail) =>
        new(FailureKind.Malformed, "Not a table", detail) { Errors = [new FieldError(field, detail)] };
}
