using Tidemark.Platform.Tabular.Profiles;

namespace Tidemark.Validation.Schemas;

/// <summary>A profile as answers show it. What has no value is null: JSON knows no NaN.</summary>
public sealed record ProfileView(long Rows, IReadOnlyList<ColumnView> Columns, IReadOnlyList<FlagView> Flags)
{
    public static ProfileView Of(Profile profile) => new(
        profile.Rows,
        [.. profile.Columns.Select(c => ColumnView.Of(c, profile))],
        [.. ProfileFlag.Of(profile).Select(f => new FlagView(f.Column, f.Kind.ToString(), f.Detail))]);
}

public sealed record FlagView(string Column, string Kind, string Detail);

/// <param name="DistinctError">Standard error of <paramref name="Distinct"/> relative to it; 0 is exact.</param>
/// <param name="RankError">Bound on the rank of each quantile, as a share of the values; 0 is exact.</param>
/// <param name="TopError">What each count of <paramref name="Top"/> may fall short by.</param>
public sealed record ColumnView(
    string Name,
    string? Kind,
    long Present,
    long Missing,
    double? ZerosShare,
    double? NegativesShare,
    double Distinct,
    double DistinctError,
    NumbersView? Numbers,
    TextsView? Texts,
    IReadOnlyList<TopView> Top,
    long TopError,
    double RankError)
{
    private const int MostTop = 20;

    public static ColumnView Of(ColumnProfile column, Profile profile)
    {
        CellCounts cells = column.Cells;
        long numbers = column.Moments.Count;
        var top = column.Texts.Values().Select(v => new TopView(v.Text, v.Count)).Concat(column.Numbers.Values().Select(v => new TopView(v.Number, v.Count)));
        return new(
            column.Name,
            column.Kind?.ToString(),
            cells.Present,
            profile.Missing(column),
            numbers == 0 ? null : (double)cells.Zeros / numbers,
            numbers == 0 ? null : (double)cells.Negatives / numbers,
            Math.Round(column.Distinct.Estimate()),
            column.Distinct.StandardError,
            numbers == 0 ? null : NumbersView.Of(column),
            cells.Texts == 0 ? null : new(cells.ShortestText, cells.LongestText, (double)cells.Characters / cells.Texts),
            [.. top.OrderByDescending(v => v.Count).Take(MostTop)],
            column.Texts.Error + column.Numbers.Error,
            column.Quantiles.RankError);
    }
}

/// <summary>Of the finite numbers of a column.</summary>
public sealed record NumbersView(
    double Min, double Max, double Mean, double? StandardDeviation, double? Skewness, double? MeanMedianGap, IReadOnlyDictionary<string, double> Quantiles, Histogram Histogram)
{
    private const int Bins = 20;
    private static readonly (string Name, double Fraction)[] Shown = [("0.01", 0.01), ("0.05", 0.05), ("0.25", 0.25), ("0.5", 0.5), ("0.75", 0.75), ("0.95", 0.95), ("0.99", 0.99)];

    public static NumbersView Of(ColumnProfile column) => new(
        column.Quantiles.Min, column.Quantiles.Max, column.Moments.Mean,
        Finite(column.Moments.StandardDeviation), Finite(column.Moments.Skewness), Finite(column.MeanMedianGap),
        Shown.ToDictionary(s => s.Name, s => column.Quantiles.Quantile(s.Fraction)),
        Histogram.EqualWidth(column.Quantiles, Bins));

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}

/// <summary>Lengths in UTF-16 units.</summary>
public sealed record TextsView(int Shortest, int Longest, double Mean);

/// <param name="Value">A number or a text.</param>
public sealed record TopView(object Value, long Count);
