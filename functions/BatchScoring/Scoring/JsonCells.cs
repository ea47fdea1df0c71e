using System.Globalization;
using System.Text;
using System.Text.Json;
using Tidemark.Platform.Json;
using Tidemark.Platform.Tabular;

namespace Tidemark.BatchScoring.Scoring;

/// <summary>Cells of a table as JSON.</summary>
internal static class JsonCells
{
    public static void Write(JsonBuffer to, Column? column, int row)
    {
        if (column is null || column.IsMissing(row))
        {
            to.Raw("null"u8);
            return;
        }

        switch (column)
        {
            case RealColumn reals: to.Number(reals.Values[row]); break;
            case IntegerColumn integers: to.Number(integers.Values[row]); break;
            case BooleanColumn flags: to.Boolean(flags.Values[row]); break;
            case TextColumn texts: to.Text(texts.Utf8(row)); break;
            default: Write(to, column.Cell(row)); break;
        }
    }

    private static void Write(JsonBuffer to, object? cell)
    {
        switch (cell)
        {
            case long integer: to.Number(integer); break;
            case double real: to.Number(real); break;
            case bool flag: to.Boolean(flag); break;
            case JsonElement nested: to.Raw(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(nested, BatchJson.Default.JsonElement))); break;
            default: to.Text(Convert.ToString(cell, CultureInfo.InvariantCulture) ?? ""); break;
        }
    }
}
