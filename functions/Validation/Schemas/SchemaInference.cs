using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Profiles;

namespace Tidemark.Validation.Schemas;

/// <summary>How freely a schema is inferred.</summary>
public sealed record InferenceOptions
{
    public static readonly InferenceOptions Default = new();

    /// <value>Name of the column that serving data lacks. Default: none.</value>
    public string? Label { get; init; }

    /// <value>Texts with at most so many distinct values get a domain, integers count as categories. Default 100.</value>
    public int MaxDomain { get; init; } = 100;

    /// <value>How far beyond the observed ends a number may lie, as a share of the observed span. Default 0.5.</value>
    public double RangeMargin { get; init; } = 0.5;

    /// <value>Threshold of drift and skew comparators. Default 0.1; null leaves them out.</value>
    public double? Distance { get; init; } = 0.1;
}

/// <summary>Makes a schema from what data was seen to be, for people to correct.</summary>
public static class SchemaInference
{
    /// <summary>A column needs so many values before "all different" means a key.</summary>
    private const int FewestForKey = 50;

    public static DataSchema Infer(Profile profile, InferenceOptions options) => new()
    {
        Features = [.. profile.Columns.Select(c => Infer(c, profile, options))],
        Dataset = new() { MinExamples = 1 },
    };

    private static Feature Infer(ColumnProfile column, Profile profile, InferenceOptions options)
    {
        long present = column.Cells.Present;
        bool number = column.Kind is ColumnKind.Integer or ColumnKind.Real;
        bool few = column.Distinct.IsExact && column.Distinct.Estimate() <= options.MaxDomain && 2 * column.Distinct.Estimate() <= present;
        bool categorical = column.Kind == ColumnKind.Integer && few;
        return new()
        {
            Name = column.Name,
            Kind = column.Kind,
            Presence = present == 0 ? new(null, null) : profile.Missing(column) == 0 ? new(1, 1) : new(null, 1),
            ValueCount = present == 0 ? null : new(column.Cells.Nested < present ? 1 : column.Cells.FewestValues, column.Cells.Nested == 0 ? 1 : column.Cells.MostValues),
            Domain = column.Kind == ColumnKind.Text && few ? [.. column.Texts.Values().Select(v => v.Text).Order(StringComparer.Ordinal)] : null,
            Range = number && column.Quantiles.Count > 0 ? RangeOf(column, categorical ? 0 : options.RangeMargin) : null,
            DisallowNaN = number && column.Cells.NaNs == 0,
            DisallowInfinity = number && column.Cells.Infinities == 0,
            Categorical = categorical,
            Key = column.Kind is ColumnKind.Integer or ColumnKind.Text && present >= FewestForKey && column.Distinct.IsExact && AllDiffer(column, present),
            Spikes = number ? [.. ProfileFlag.Spikes(column).Select(s => new KnownSpike(s.Number, (double)s.Count / column.Moments.Count))] : [],
            NotIn = column.Name == options.Label ? [DataEnvironment.Serving] : [],
            Drift = ComparatorOf(column.Kind, few, options),
            Skew = ComparatorOf(column.Kind, few, options),
        };
    }

    /// <summary>Exact up to 1,024 distinct values; beyond, only repeats of more than four standard errors (3 %) are seen.</summary>
    internal static bool AllDiffer(ColumnProfile column, long present) => column.Distinct.IsExact
        ? column.Distinct.Estimate() == present
        : column.Texts.Error + column.Numbers.Error > 0 && MostFrequent(column) <= 1 && column.Distinct.Estimate() >= present * (1 - 4 * column.Distinct.StandardError);

    private static long MostFrequent(ColumnProfile column) =>
        column.Texts.Values().Concat(column.Numbers.Values()).Select(v => v.Count).DefaultIfEmpty(0).Max();

    /// <summary>The observed ends, moved out by a share of the span; what was never negative stays so.</summary>
    private static Interval RangeOf(ColumnProfile column, double margin)
    {
        (double min, double max) = (column.Quantiles.Min, column.Quantiles.Max);
        double span = margin * (max - min);
        (double low, double high) = (min >= 0 ? Math.Max(0, min - span) : min - span, max <= 0 ? Math.Min(0, max + span) : max + span);
        return column.Kind == ColumnKind.Integer ? new(Math.Floor(low), Math.Ceiling(high)) : new(Math.Max(low, double.MinValue), Math.Min(high, double.MaxValue));
    }

    private static Comparator ComparatorOf(ColumnKind? kind, bool few, InferenceOptions options) => kind switch
    {
        ColumnKind.Text or ColumnKind.Integer when few => new(options.Distance, null),
        ColumnKind.Boolean => new(options.Distance, null),
        ColumnKind.Integer or ColumnKind.Real => new(null, options.Distance),
        _ => new(null, null),
    };
}
