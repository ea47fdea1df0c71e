using System.Text.Json;
using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// Expectations that read each value as a text of some language: <c>strftime</c> format, date, JSON, JSON of a schema.
/// </summary>
internal sealed class TextRows : RowMap
{
    private readonly Func<string, bool> meets;
    private readonly string? onlyTexts;

    private TextRows(Arguments arguments, ResultFormat format, Func<string, bool> meets, string? onlyTexts = null)
        : base(arguments, format, [arguments.Text("column")]) => (this.meets, this.onlyTexts) = (meets, onlyTexts);

    public static TextRows Strftime(Arguments arguments, ResultFormat format)
    {
        (StrftimeFormat? strftime, Fault? fault) = StrftimeFormat.Parse(arguments.Text("strftime_format"));
        if (fault is not null)
            arguments.Refuse(fault);
        return new TextRows(arguments, format, text => strftime!.Fits(text), "strftime formats are for texts");
    }

    public static TextRows Dateutil(Arguments arguments, ResultFormat format) =>
        new(arguments, format, text => DateText.Parse(text) is not null, "dates are parsed from texts");

    public static TextRows Json(Arguments arguments, ResultFormat format) => new(arguments, format, IsJson);

    public static TextRows JsonOfSchema(Arguments arguments, ResultFormat format)
    {
        (JsonSchema? schema, Fault? fault) = JsonSchema.Parse(arguments.Node("json_schema"));
        if (fault is not null)
            arguments.Refuse(fault);
        return new TextRows(arguments, format, text => Accepts(schema!, text), "JSON is read from texts");
    }

    protected override void Judge(Column[] columns, ReadOnlySpan<bool> considered, Span<bool> unexpected)
    {
        for (int i = 0; i < unexpected.Length && Fault is null; i++)
        {
            if (!considered[i])
                continue;
            object? cell = columns[0].Cell(i);
            if (cell is not string && onlyTexts is not null)
                Fail(Fault.Kind($"{onlyTexts}; '{Names[0]}' holds {PythonText.Of(cell)}."));
            unexpected[i] = cell is not string text || !meets(text);
        }
    }

    private static bool IsJson(string text)
    {
        using JsonDocument? document = Read(text);
        return document is not null;
    }

    private static bool Accepts(JsonSchema schema, string text)
    {
        using JsonDocument? document = Read(text);
        return document is not null && schema.Accepts(document.RootElement);
    }

    private static JsonDocument? Read(string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
