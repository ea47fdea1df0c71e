using System.Globalization;

namespace Tidemark.Retraining.Evaluation;

/// <summary>A part of the hold-out: the rows of one value, or of one range of numbers, of a column.</summary>
internal sealed record Segment(string Column, string Value, int[] Rows);

internal static class Segmenting
{
    private const string Missing = "(missing)";
    private static readonly double[] Shares = [0.25, 0.5, 0.75];

    /// <summary>The segments of a column with enough rows, in the order of their values.</summary>
    /// <param name="cells">Per row its text; null where the cell is missing.</param>
    /// <param name="numeric">Numbers are cut at their quartiles.</param>
    public static IEnumerable<Segment> Of(string column, string?[] cells, bool numeric, int leastRows)
    {
        Func<string?, string> name = numeric ? Quartiles(cells) : cell => cell ?? Missing;
        return from row in Enumerable.Range(0, cells.Length)
               group row by name(cells[row]) into segment
               where segment.Count() >= leastRows
               orderby segment.Key
               select new Segment(column, segment.Key, [.. segment]);
    }

    private static Func<string?, string> Quartiles(string?[] cells)
    {
        double[] sorted = [.. cells.Select(Number).Where(n => n is not null).Select(n => n!.Value).Order()];
        double[] cuts = sorted.Length == 0 ? [] : [.. Shares.Select(q => sorted[(int)(q * (sorted.Length - 1))]).Distinct()];
        return cell =>
        {
            if (Number(cell) is not { } number) return Missing;
            int below = cuts.Count(cut => number > cut);
            string from = below == 0 ? "" : $"{Text(cuts[below - 1])} < ", to = below == cuts.Length ? "" : $" <= {Text(cuts[below])}";
            return $"{from}x{to}";
        };
    }

    private static double? Number(string? cell) => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && !double.IsNaN(number) ? number : null;

    private static string Text(double number) => number.ToString("G6", CultureInfo.InvariantCulture);
}
