using Tidemark.Platform.Tabular.Profiles;
using static Tidemark.Validation.Schemas.AnomalyDetection;

namespace Tidemark.Validation.Schemas;

/// <summary>Whether a column has enough values, and cells enough values each.</summary>
internal static class PresenceCheck
{
    public static IEnumerable<Anomaly> Of(Feature feature, ColumnProfile column, Profile data)
    {
        long present = column.Cells.Present;
        Presence presence = feature.Presence;
        if (present == 0)
        {
            if (presence is { MinCount: > 0 } or { MinFraction: > 0 })
                yield return new(feature.Name, AnomalyType.FeatureTypeNotPresent, "Column without values", $"Column '{feature.Name}' has no value in any of {data.Rows:N0} rows.");
            yield break;
        }
        double fraction = (double)present / data.Rows;
        if (fraction < presence.MinFraction)
        {
            yield return new(feature.Name, AnomalyType.FeatureTypeLowFractionPresent, "Values missing",
                $"Column '{feature.Name}' has a value in {Text(fraction)} of the rows ({data.Missing(column):N0} are missing); at least {Text(presence.MinFraction)} is expected.");
        }
        if (present < presence.MinCount)
            yield return new(feature.Name, AnomalyType.FeatureTypeLowNumberPresent, "Values missing", $"Column '{feature.Name}' has {present:N0} values; at least {presence.MinCount:N0} are expected.");
        (double fewest, double most) = (column.Cells.Nested < present ? Math.Min(1, column.Cells.FewestValues) : column.Cells.FewestValues, Math.Max(column.Cells.MostValues, column.Cells.Nested < present ? 1 : 0));
        if (fewest < feature.ValueCount?.Min)
            yield return new(feature.Name, AnomalyType.FeatureTypeLowNumberValues, "Too few values in a row", $"Some row has {Text(fewest)} values in column '{feature.Name}'; at least {Text(feature.ValueCount.Min)} are expected.");
        if (most > feature.ValueCount?.Max)
            yield return new(feature.Name, AnomalyType.FeatureTypeHighNumberValues, "Too many values in a row", $"Some row has {Text(most)} values in column '{feature.Name}'; at most {Text(feature.ValueCount.Max)} are expected.");
    }
}
