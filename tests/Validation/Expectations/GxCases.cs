using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Platform.Json;
using Tidemark.Platform.Tabular;
using Tidemark.Validation.Expectations;
using Xunit;

namespace Tidemark.Tests.Validation.Expectations;

/// <summary>Great Expectations' own test definitions: per expectation data, arguments and the expected result.</summary>
internal static class GxCases
{
    public static readonly string? Folder = Repository.Data is { } data ? Path.Combine(data, "great_expectations/cases") : null;

    /// <summary>Names every case that this engine should pass: "file dataset.test title".</summary>
    public static IEnumerable<string> Applicable() =>
        from file in Directory.EnumerateFiles(Folder!, "*.json").Order(StringComparer.Ordinal)
        let document = Read(Path.GetFileName(file))
        from dataset in document["datasets"]!.AsArray().Select((node, index) => (Node: node!, Index: index))
        from test in dataset.Node["tests"]!.AsArray().Select((node, index) => (Node: node!, Index: index))
        where Applies(document["expectation_type"]!.GetValue<string>(), dataset.Node, test.Node)
        select $"{Path.GetFileNameWithoutExtension(file)} {dataset.Index}.{test.Index} {test.Node["title"]!.GetValue<string>()}";

    public static (string Type, JsonNode Dataset, JsonNode Test) Find(string name)
    {
        string[] parts = name.Split(' ', 3);
        int[] place = parts[1].Split('.').Select(n => int.Parse(n, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        JsonNode document = Read(parts[0] + ".json"), dataset = document["datasets"]![place[0]]!;
        return (document["expectation_type"]!.GetValue<string>(), dataset, dataset["tests"]![place[1]]!);
    }

    /// <summary>The case's table: kinds as pandas would have them after the case's schema, and, where asked for, a column pk_index that numbers the rows.</summary>
    public static Table TableOf(JsonNode dataset, bool numbered)
    {
        JsonObject data = dataset["data"]!.AsObject();
        JsonObject schema = dataset["schemas"]?["pandas"]?.AsObject() ?? [];
        int rows = data.Select(column => column.Value!.AsArray().Count).Max();
        List<Column> columns = data.Select(column => ColumnOf(column.Key, column.Value!.AsArray(), schema[column.Key]?.GetValue<string>())).ToList();
        var index = new IntegerColumn("pk_index");
        for (int i = 0; i < rows; i++)
            index.Append(i);
        return new Table(numbered ? [.. columns, index] : columns).Filled(rows);
    }

    private static JsonNode Read(string file) => JsonNode.Parse(PythonJson.Quoted(File.ReadAllBytes(Path.Combine(Folder!, file))))!;

    /// <summary>Cases for pandas; those of LIKE patterns are for databases only, yet hold for this engine too.</summary>
    private static bool Applies(string type, JsonNode dataset, JsonNode test)
    {
        bool like = type.Contains("like_pattern", StringComparison.Ordinal);
        string[] only = Names(test["only_for"]), without = [.. Names(test["suppress_test_for"]), .. Names(dataset["suppress_test_for"])];
        return (only.Length == 0 || only.Contains("pandas") || only.Contains("pandas_v3_api") || only.Contains("pandas_v2_api") || only.Contains("pandas>=024") || (like && only.Any(name => name is "postgresql" or "mssql" or "sqlalchemy")))
            && !without.Contains(like ? "postgresql" : "pandas");
    }

    private static string[] Names(JsonNode? list) => list?.AsArray().Select(name => name!.GetValue<string>()).ToArray() ?? [];

    private static Column ColumnOf(string name, JsonArray cells, string? type)
    {
        if (type is "datetime64" or "datetime64[ns]" or "date" or "timestamp")
            return Mixed(name, cells, cell => DateText.Parse(cell!.GetValue<string>()));
        if (type is "str" && cells.Any(cell => cell is JsonValue value && value.GetValueKind() == JsonValueKind.Number))
            return Mixed(name, cells, cell => PythonText.Of(Values.FromJson(cell)));
        var outcome = JsonTable.FromColumns(JsonSerializer.SerializeToElement(new JsonObject { [name] = cells.DeepClone() }));
        Assert.True(outcome.Ok);
        return outcome.Value.Columns[0];
    }

    private static MixedColumn Mixed(string name, JsonArray cells, Func<JsonNode, object?> read)
    {
        var column = new MixedColumn(name);
        foreach (JsonNode? cell in cells)
        {
            if (cell is null)
                column.AppendMissing();
            else
                column.Append(read(cell));
        }

        return column;
    }
}
