using System.Globalization;
using Tidemark.Platform.Tabular.Profiles;

namespace Tidemark.Validation.Schemas;

/// <summary>Compares data with its schema, and with other data where the schema has comparators.</summary>
public static class AnomalyDetection
{
    /// <summary>Everything about the data that the schema does not allow, in the order of the schema, new columns after it.</summary>
    /// <param name="schema">What the data should be.</param>
    /// <param name="data">Profile of the data.</param>
    /// <param name="environment">Where the data belongs; null checks the columns of every environment.</param>
    /// <param name="previous">Profile of the data before, for drift; null where there is none.</param>
    /// <param name="serving">Profile of serving data, for skew, when <paramref name="data"/> is training data; null where there is none.</param>
    public static IReadOnlyList<Anomaly> Detect(DataSchema schema, Profile data, DataEnvironment? environment = null, Profile? previous = null, Profile? serving = null)
    {
        var found = new List<Anomaly>(OfDataset(schema.Dataset, data, previous));
        List<ColumnProfile> added = [.. data.Columns.Where(c => schema.Find(c.Name) is null)];
        foreach (Feature feature in schema.Features)
        {
            bool here = environment is null || !feature.NotIn.Contains(environment.Value);
            if (data.Find(feature.Name) is { } column)
                found.AddRange(OfColumn(feature, column, data, here, previous, serving));
            else if (here && feature.Presence is { MinCount: > 0 } or { MinFraction: > 0 })
                found.Add(Missing(feature, added));
        }
        found.AddRange(added.Select(c => new Anomaly(c.Name, AnomalyType.SchemaNewColumn, "New column",
            $"The data has a column '{c.Name}' that the schema does not know: add it to the schema or leave it out of the data.")));
        return found;
    }

    private static IEnumerable<Anomaly> OfColumn(Feature feature, ColumnProfile column, Profile data, bool here, Profile? previous, Profile? serving) =>
    [
        .. here ? PresenceCheck.Of(feature, column, data) : [],
        .. ValueCheck.Of(feature, column),
        .. previous is null ? [] : OfComparator(feature, feature.Drift, column, previous, "previous"),
        .. serving is null || feature.NotIn.Contains(DataEnvironment.Serving) ? [] : OfComparator(feature, feature.Skew, column, serving, "serving"),
    ];

    private static Anomaly Missing(Feature feature, IEnumerable<ColumnProfile> added)
    {
        string? renamed = Renaming.Candidate(feature, added);
        string hint = renamed is null ? "" : $" Perhaps it was renamed: the new column '{renamed}' looks like it.";
        return new(feature.Name, AnomalyType.SchemaMissingColumn, "Column dropped", $"The schema asks for column '{feature.Name}' and the data has none by that name.{hint}");
    }

    private static IEnumerable<Anomaly> OfDataset(DatasetConstraints dataset, Profile data, Profile? previous)
    {
        if (data.Rows < dataset.MinExamples)
            yield return new(null, AnomalyType.DatasetLowNumExamples, "Too few rows", $"The data has {data.Rows:N0} rows; at least {dataset.MinExamples:N0} are expected.");
        if (data.Rows > dataset.MaxExamples)
            yield return new(null, AnomalyType.DatasetHighNumExamples, "Too many rows", $"The data has {data.Rows:N0} rows; at most {dataset.MaxExamples:N0} are expected.");
        if (previous is null || dataset.ExamplesRatio is null)
            yield break;
        string change = $"The data has {data.Rows:N0} rows where the data before had {previous.Rows:N0}";
        if (data.Rows < dataset.ExamplesRatio.Min * previous.Rows)
            yield return new(null, AnomalyType.ComparatorLowNumExamples, "Fewer rows than before", $"{change}: less than {Text(dataset.ExamplesRatio.Min)} times.");
        if (data.Rows > dataset.ExamplesRatio.Max * previous.Rows)
            yield return new(null, AnomalyType.ComparatorHighNumExamples, "More rows than before", $"{change}: more than {Text(dataset.ExamplesRatio.Max)} times.");
    }

    private static IEnumerable<Anomaly> OfComparator(Feature feature, Comparator comparator, ColumnProfile column, Profile control, string word)
    {
        if (comparator is { InfinityNorm: null, JensenShannon: null } || column.Cells.Present == 0)
            yield break;
        if (control.Find(feature.Name) is not { Cells.Present: > 0 } other)
        {
            yield return new(feature.Name, AnomalyType.ComparatorControlDataMissing, "Nothing to compare with", $"The {word} data has no values in column '{feature.Name}'.");
            yield break;
        }
        (double distance, string category) = Distance.InfinityNorm(column, other);
        if (distance > comparator.InfinityNorm)
        {
            yield return new(feature.Name, AnomalyType.ComparatorLInftyHigh, $"High L-infinity distance to the {word} data",
                $"The share of '{category}' in column '{feature.Name}' differs from the {word} data by {Text(distance)}; the threshold is {Text(comparator.InfinityNorm)}.");
        }
        double divergence = Distance.JensenShannon(column, other);
        if (divergence > comparator.JensenShannon)
        {
            yield return new(feature.Name, AnomalyType.ComparatorJensenShannonDivergenceHigh, $"High Jensen-Shannon divergence from the {word} data",
                $"Column '{feature.Name}' diverges from the {word} data by {Text(divergence)} (approximate, base 2); the threshold is {Text(comparator.JensenShannon)}. "
                + $"Median {Text(column.Quantiles.Quantile(0.5))}, before {Text(other.Quantiles.Quantile(0.5))}.");
        }
    }

    internal static string Text(double? value) => value?.ToString("G6", CultureInfo.InvariantCulture) ?? "";
}
