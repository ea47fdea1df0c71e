using System.Text;

namespace Tidemark.Platform.Tabular.Readers;

/// <summary>Words for what is wrong with a row of CSV and what to do about it.</summary>
internal static class CsvFaults
{
    public static ReadFault OfRow(long row, FaultKind kind, ReadOnlySpan<byte> text, int cells, int columns) =>
        new(row, kind, null, CsvReader.Shown(text), kind switch
        {
            FaultKind.Ragged => $"The row has {cells} cells where the header names {columns} columns: quote cells that hold separators, or complete the row.",
            FaultKind.UnclosedQuote => "A quote opens in this row and the data ends before it is closed: close it, or double it if it belongs to the text.",
            FaultKind.TextAfterQuote => "Text follows a closing quote: put the quotes around the whole cell and double those inside.",
            FaultKind.NulByte => "The row holds a NUL byte, as broken transfers and UTF-16 without a byte order mark do: send the data again as UTF-8.",
            _ => "The row is not valid UTF-8: save the data as UTF-8, or as UTF-16 with a byte order mark.",
        }, Encoding.UTF8.GetString(text));

    public static ReadFault OfCell(long row, FaultKind kind, Column column, ReadOnlySpan<byte> cell, string text) =>
        new(row, kind, column.Name, CsvReader.Shown(cell), kind switch
        {
            FaultKind.DecimalComma => $"Column '{column.Name}' has numbers with a decimal comma: write them with a point and without marks between thousands.",
            FaultKind.NumberOutOfRange when column.Kind == ColumnKind.Integer => $"Column '{column.Name}' holds 64-bit integers and this one is larger: declare the column as text or correct the number.",
            FaultKind.NumberOutOfRange => $"Column '{column.Name}' holds 64-bit floating-point numbers, up to 1.798e308, and this one is beyond: correct the number.",
            _ => $"Column '{column.Name}' is declared as {Word(column.Kind)}: correct the cell or leave it empty.",
        }, text);

    private static string Word(ColumnKind kind) => kind switch
    {
        ColumnKind.Integer => "integer (digits with a sign)",
        ColumnKind.Real => "real (a decimal number with a point)",
        _ => "true or false",
    };
}
