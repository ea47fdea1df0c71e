using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Data.Tables;

namespace Tidemark.Operate.Backup;

/// <summary>A row as a line of JSON, each value beside its type: <c>{"PartitionKey": ["string", "a"], "Count": ["long", "3"]}</c>.</summary>
internal static class TableRow
{
    /// <summary>What storage makes itself.</summary>
    private static readonly string[] Storages = ["odata.etag", "Timestamp"];

    public static string Write(TableEntity row)
    {
        JsonObject line = [];
        foreach (var (name, value) in row.Where(p => p.Value is not null && !Storages.Contains(p.Key)))
        {
            var (type, text) = value switch
            {
                string s => ("string", s),
                int i => ("int", i.ToString(CultureInfo.InvariantCulture)),
                long l => ("long", l.ToString(CultureInfo.InvariantCulture)),
                double d => ("double", d.ToString("R", CultureInfo.InvariantCulture)),
                bool b => ("bool", b ? "true" : "false"),
                DateTimeOffset t => ("time", t.ToString("O", CultureInfo.InvariantCulture)),
                Guid g => ("guid", g.ToString()),
                byte[] bytes => ("binary", Convert.ToBase64String(bytes)),
                BinaryData data => ("binary", Convert.ToBase64String(data.ToArray())),
                _ => throw new OperateException($"The column '{name}' of row '{row.PartitionKey}', '{row.RowKey}' has the type {value.GetType().Name}, which no table can have."),
            };
            line[name] = new JsonArray(type, text);
        }

        return line.ToJsonString();
    }

    /// <exception cref="OperateException">The line is no row.</exception>
    public static TableEntity Read(string line)
    {
        try
        {
            TableEntity row = [];
            foreach (var (name, pair) in JsonNode.Parse(line)!.AsObject()) row[name] = Value((string)pair![0]!, (string)pair[1]!);
            return row;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NullReferenceException or FormatException or OverflowException)
        {
            throw new OperateException($"A line of the export is no table row: {e.Message}");
        }
    }

    private static object Value(string type, string text) => type switch
    {
        "string" => text,
        "int" => int.Parse(text, CultureInfo.InvariantCulture),
        "long" => long.Parse(text, CultureInfo.InvariantCulture),
        "double" => double.Parse(text, CultureInfo.InvariantCulture),
        "bool" => text == "true",
        "time" => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind),
        "guid" => Guid.Parse(text),
        "binary" => Convert.FromBase64String(text),
        _ => throw new FormatException($"no type '{type}'"),
    };
}
