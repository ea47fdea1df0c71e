using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Profiles;

namespace Tidemark.Tests.Drift;

internal static class DriftTables
{
    /// <summary>Columns by name, cell of a row (number, text or null) and rows.</summary>
    public static Table Of(params (string Name, Func<int, object?> Cell, int Rows)[] columns) =>
        new Table([.. columns.Select(c => Column(c.Name, c.Cell, c.Rows))]).Filled(columns[0].Rows);

    public static Profile Profile(Table table)
    {
        var profile = new Profile();
        profile.Observe(table);
        return profile;
    }

    private static Column Column(string name, Func<int, object?> cell, int rows)
    {
        Column column = Enumerable.Range(0, rows).Any(i => cell(i) is string) ? new TextColumn(name) : new RealColumn(name);
        for (int row = 0; row < rows; row++)
        {
            switch (cell(row), column)
            {
                case (string text, TextColumn texts):
                    texts.Append(text);
                    break;
                case (double number, RealColumn reals):
                    reals.Append(number);
                    break;
                default:
                    column.AppendMissing();
                    break;
            }
        }
        return column;
    }
}
