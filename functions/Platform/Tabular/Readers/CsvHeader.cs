using System.Text;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Tabular.Readers;

/// <summary>The first line of a CSV.</summary>
internal static class CsvHeader
{
    /// <summary>A comma, unless the line has none outside quotes but has semicolons, tabs or bars.</summary>
    public static char Separator(ReadOnlySpan<byte> beginning)
    {
        int end = beginning.IndexOfAny("\r\n"u8);
        ReadOnlySpan<byte> line = end < 0 ? beginning : beginning[..end];
        char found = ',';
        bool quoted = false;
        foreach (byte b in line)
        {
            quoted ^= b == '"';
            if (quoted)
                continue;
            if (b == ',')
                return ',';
            if (found == ',' && b is (byte)';' or (byte)'\t' or (byte)'|')
                found = (char)b;
        }
        return found;
    }

    /// <summary>The cells of the header row just found. A column without a name is called <c>Unnamed: place</c>, as in pandas.</summary>
    public static Outcome<string[]> Names(CsvScanner scanner, int mostColumns)
    {
        if (scanner.Rows == 0)
            return new Failure(FailureKind.Malformed, "Empty data", "There is not even a header line: send a line of column names, then the rows.");
        CsvRow row = scanner.Found[0];
        if (row.Fault != FaultKind.None)
        {
            ReadFault fault = CsvFaults.OfRow(0, row.Fault, scanner.Text(row), row.Cells, row.Cells);
            return new Failure(FailureKind.Malformed, "Unreadable header", $"The header line '{fault.Value}' cannot be read: {fault.Detail}");
        }
        if (row.Cells > mostColumns)
            return new Failure(FailureKind.TooLarge, "Too many columns", $"The header names {row.Cells:N0} columns; at most {mostColumns:N0} are read.");
        string[] names = new string[row.Cells];
        var places = new Dictionary<string, int>(row.Cells, StringComparer.Ordinal);
        for (int i = 0; i < names.Length; i++)
        {
            ReadOnlySpan<byte> cell = scanner.Cell(row.FirstCell + i);
            names[i] = cell.IsEmpty ? $"Unnamed: {i}" : Encoding.UTF8.GetString(cell);
            if (!places.TryAdd(names[i], i))
            {
                return new Failure(FailureKind.Malformed, "Duplicate column",
                    $"The header names '{names[i]}' as column {places[names[i]] + 1} and as column {i + 1}: give each column its own name.");
            }
        }
        return names;
    }
}
