using System.Globalization;
using CsvHelper;
using Tidemark.Platform.Tabular;

namespace Tidemark.Tests.Validation.Expectations;

/// <summary>A CSV file read as pandas would: a column of numbers is numeric, empty cells and NA are missing. An independent reader, for tests.</summary>
internal static class CsvFixture
{
    public static Table Read(string path)
    {
        using var reader = new CsvReader(new StreamReader(path), CultureInfo.InvariantCulture);
        var rows = reader.GetRecords<dynamic>().Select(row => (IDictionary<string, object>)row).ToList();
        var columns = rows[0].Keys.Select(name => Column(name, rows.Select(row => (string)row[name]).ToList())).ToList();
        return new Table(columns).Filled(rows.Count);
    }

    private static Column Column(string name, List<string> cells)
    {
        List<string> values = cells.Where(cell => !IsMissing(cell)).ToList();
        if (values.All(cell => long.TryParse(cell, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)))
            return Fill(new IntegerColumn(name), cells, (column, cell) => column.Append(long.Parse(cell, CultureInfo.InvariantCulture)));
        if (values.All(cell => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _)))
            return Fill(new RealColumn(name), cells, (column, cell) => column.Append(double.Parse(cell, CultureInfo.InvariantCulture)));
        return Fill(new TextColumn(name), cells, (column, cell) => column.Append(cell));
    }

    private static bool IsMissing(string cell) => cell is "" or "NA";

    private static T Fill<T>(T column, List<string> cells, Action<T, string> append)
        where T : Column
    {
        foreach (string cell in cells)
        {
            if (IsMissing(cell))
                column.AppendMissing();
            else
                append(column, cell);
        }

        return column;
    }
}
