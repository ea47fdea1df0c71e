using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.BatchScoring.Planning;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Tabular.Readers;

namespace Tidemark.BatchScoring.Quarantine;

/// <summary>Rows of a replay's file as text.</summary>
/// <param name="plan">Of the job whose rows they are.</param>
/// <param name="numbered">Whether each row gets its number in the first file as its first column.</param>
internal sealed class CorrectedText(BatchPlan plan, bool numbered)
{
    public byte[] Header()
    {
        if (plan.Header is null)
            return [];
        IEnumerable<string> names = numbered ? plan.Header.Prepend(ReplayFile.RowColumn) : plan.Header;
        return Encoding.UTF8.GetBytes(string.Join(plan.Separator, names.Select(Quoted)) + "\n");
    }

    /// <summary>A row with its line end.</summary>
    public Outcome<string> Of(long number, string original, CorrectedRow? correction)
    {
        Outcome<string> text = correction switch
        {
            null => original,
            { Text: { } whole, Values: null } => whole,
            { Text: null, Values: { } values } => plan.Header is null ? LineOf(number, original, values) : CsvOf(number, original, values),
            _ => Refuse(number, "send either text or values"),
        };
        return text.Map(row => plan.Header is not null
            ? string.Create(CultureInfo.InvariantCulture, $"{(numbered ? $"{number}{plan.Separator}" : "")}{row}\n")
            : Numbered(number, row) + "\n");
    }

    /// <summary>A line that is no object stays as it is, to be set aside again.</summary>
    private string Numbered(long number, string line)
    {
        string object_ = line.TrimStart();
        if (!numbered || !object_.StartsWith('{') || object_.Contains($"\"{ReplayFile.RowColumn}\"", StringComparison.Ordinal))
            return line;
        string rest = object_[1..].TrimStart();
        return string.Create(CultureInfo.InvariantCulture, $"{{\"{ReplayFile.RowColumn}\":{number}{(rest.StartsWith('}') ? "" : ",")}{rest}");
    }

    private Outcome<string> CsvOf(long number, string original, IReadOnlyDictionary<string, JsonElement> values)
    {
        IReadOnlyList<string> header = plan.Header!;
        if (values.Keys.FirstOrDefault(name => !header.Contains(name)) is { } unknown)
            return Refuse(number, $"the file has no column '{unknown}'");
        string[]? cells = Cells(original);
        if (cells?.Length != header.Count && values.Count < header.Count)
            return Refuse(number, $"its text does not have the {header.Count} cells of the header, so send its text, or values for all columns");
        return string.Join(plan.Separator, header.Select((name, place) => Quoted(values.TryGetValue(name, out JsonElement value) ? Plain(value) : cells![place])));
    }

    private static Outcome<string> LineOf(long number, string original, IReadOnlyDictionary<string, JsonElement> values)
    {
        JsonObject line;
        try
        {
            line = JsonNode.Parse(original) as JsonObject ?? [];
        }
        catch (JsonException)
        {
            line = [];
        }

        try
        {
            foreach ((string name, JsonElement value) in values)
                line[name] = JsonNode.Parse(value.GetRawText());
            return line.ToJsonString();
        }
        catch (ArgumentException)
        {
            return Refuse(number, "its text names a key twice, so send its text");
        }
    }

    private string[]? Cells(string text)
    {
        using var scanner = new CsvScanner(new MemoryStream(Encoding.UTF8.GetBytes(text)), int.MaxValue) { Separator = (byte)plan.Separator };
        // A stream in memory answers at once.
        scanner.NextAsync(1, 0, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return scanner.Rows == 0 ? null : [.. Enumerable.Range(scanner.Found[0].FirstCell, scanner.Found[0].Cells).Select(cell => Encoding.UTF8.GetString(scanner.Cell(cell)))];
    }

    private static string Plain(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "",
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };

    private string Quoted(string cell) =>
        cell.AsSpan().IndexOfAny([plan.Separator, '"', '\r', '\n']) < 0 ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static Failure Refuse(long number, string why) => new(FailureKind.Unprocessable, "Row can't be corrected", $"Row {number} can't be corrected so: {why}.");
}
