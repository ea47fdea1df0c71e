using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Platform.Tabular.Sketches;
using static Tidemark.Validation.Schemas.AnomalyDetection;

namespace Tidemark.Validation.Schemas;

/// <summary>Whether the values of a column are of the kind, in the domain and in the range that its feature names.</summary>
internal static class ValueCheck
{
    /// <summary>A number whose share grows by more than this over what the schema knows of it is a new spike.</summary>
    private const double NewSpike = 0.1;

    public static IEnumerable<Anomaly> Of(Feature feature, ColumnProfile column)
    {
        if (column.Cells.Present == 0 || feature.Kind is null)
            return [];
        if (feature.Kind == ColumnKind.Boolean && column.Kind != ColumnKind.Boolean)
            return NotBoolean(feature, column);
        if (feature.Kind != column.Kind && feature.Kind != ColumnKind.Mixed && !(feature.Kind == ColumnKind.Real && column.Kind == ColumnKind.Integer))
            return [WrongKind(feature, column)];
        return [.. DomainCheck(feature, column), .. RangeCheck(feature, column), .. UniqueCheck(feature, column), .. Spikes(feature, column)];
    }

    private static Anomaly WrongKind(Feature feature, ColumnProfile column)
    {
        string examples = feature.Kind == ColumnKind.Text
            ? string.Join(", ", column.Numbers.Values().Take(3).Select(v => Text(v.Number)))
            : string.Join(", ", column.Texts.Values().Take(3).Select(v => $"'{v.Text}'"));
        return new(feature.Name, AnomalyType.UnexpectedDataType, "Unexpected data type",
            $"Column '{feature.Name}' should be {feature.Kind} and is {column.Kind}{(examples.Length > 0 ? $", for example {examples}" : "")}.");
    }

    private static IEnumerable<Anomaly> NotBoolean(Feature feature, ColumnProfile column)
    {
        string name = feature.Name;
        if (column.Cells.Texts > 0)
        {
            yield return new(name, AnomalyType.BoolTypeUnexpectedString, "Text in a column of true and false",
                $"Column '{name}' should be true or false and holds {string.Join(", ", column.Texts.Values().Take(3).Select(v => $"'{v.Text}'"))}.");
            yield break;
        }
        if (column.Cells.Reals > 0 && column.Numbers.Values().FirstOrDefault(v => v.Number is not (0 or 1)) is { } odd)
            yield return new(name, AnomalyType.BoolTypeUnexpectedFloat, "A number in a column of true and false", $"Column '{name}' should be true or false and holds {Text(odd.Number)}.");
        else if (column.Quantiles.Max > 1)
            yield return new(name, AnomalyType.BoolTypeBigInt, "A number in a column of true and false", $"Column '{name}' should be true or false and holds {Text(column.Quantiles.Max)}.");
        else if (column.Quantiles.Min < 0)
            yield return new(name, AnomalyType.BoolTypeSmallInt, "A number in a column of true and false", $"Column '{name}' should be true or false and holds {Text(column.Quantiles.Min)}.");
    }

    private static IEnumerable<Anomaly> DomainCheck(Feature feature, ColumnProfile column)
    {
        if (feature.Domain is null)
            yield break;
        HashSet<string> domain = [.. feature.Domain];
        IReadOnlyList<FrequentValue> listed = column.Texts.Values();
        long outside = column.Texts.Total - listed.Where(v => domain.Contains(v.Text)).Sum(v => v.Count);
        double share = (double)outside / column.Texts.Total;
        if (outside == 0 || share <= 1 - feature.MinDomainMass)
            yield break;
        string examples = string.Join(", ", listed.Where(v => !domain.Contains(v.Text)).Take(5).Select(v => $"'{v.Text}' ({v.Count:N0} times)"));
        yield return new(feature.Name, AnomalyType.EnumTypeUnexpectedStringValues, "Values outside the domain",
            $"{Text(share)} of the values in column '{feature.Name}' are not among the {domain.Count} known ones; at most {Text(1 - feature.MinDomainMass)} is expected. For example {examples}.");
    }

    private static IEnumerable<Anomaly> RangeCheck(Feature feature, ColumnProfile column)
    {
        (double min, double max) = (column.Quantiles.Min, column.Quantiles.Max);
        bool integer = feature.Kind == ColumnKind.Integer;
        if (min < feature.Range?.Min)
        {
            yield return new(feature.Name, integer ? AnomalyType.IntTypeSmallInt : AnomalyType.FloatTypeSmallFloat, "Number below the range",
                $"The smallest number in column '{feature.Name}' is {Text(min)}; at least {Text(feature.Range.Min)} is expected. {Share(column, column.Quantiles.Cdf(Math.BitDecrement(feature.Range.Min.Value)))}");
        }
        if (max > feature.Range?.Max)
        {
            yield return new(feature.Name, integer ? AnomalyType.IntTypeBigInt : AnomalyType.FloatTypeBigFloat, "Number above the range",
                $"The largest number in column '{feature.Name}' is {Text(max)}; at most {Text(feature.Range.Max)} is expected. {Share(column, 1 - column.Quantiles.Cdf(feature.Range.Max.Value))}");
        }
        if (feature.DisallowNaN && column.Cells.NaNs > 0)
            yield return new(feature.Name, AnomalyType.FloatTypeHasNan, "NaN", $"Column '{feature.Name}' has {column.Cells.NaNs:N0} NaN; a missing value is left empty.");
        if (feature.DisallowInfinity && column.Cells.Infinities > 0)
            yield return new(feature.Name, AnomalyType.FloatTypeHasInf, "Infinite number", $"Column '{feature.Name}' has {column.Cells.Infinities:N0} infinite numbers: look for a division by zero.");
    }

    private static IEnumerable<Anomaly> UniqueCheck(Feature feature, ColumnProfile column)
    {
        double unique = Math.Round(column.Distinct.Estimate()), tolerance = 4 * column.Distinct.StandardError * unique;
        if (unique + tolerance < feature.Unique?.Min)
            yield return new(feature.Name, AnomalyType.FeatureTypeLowUnique, "Few distinct values", $"Column '{feature.Name}' has {Text(unique)} distinct values; at least {Text(feature.Unique.Min)} are expected.");
        if (unique - tolerance > feature.Unique?.Max)
            yield return new(feature.Name, AnomalyType.FeatureTypeHighUnique, "Many distinct values", $"Column '{feature.Name}' has {Text(unique)} distinct values; at most {Text(feature.Unique.Max)} are expected.");
        if (feature.Key && !SchemaInference.AllDiffer(column, column.Cells.Present))
            yield return new(feature.Name, AnomalyType.FeatureTypeKeyRepeated, "Repeated key", $"Column '{feature.Name}' should not repeat a value; its {column.Cells.Present:N0} values are about {Text(unique)} distinct ones.");
    }

    private static IEnumerable<Anomaly> Spikes(Feature feature, ColumnProfile column)
    {
        if (feature.Categorical)
            yield break;
        foreach (FrequentValue spike in ProfileFlag.Spikes(column))
        {
            double share = (double)spike.Count / column.Moments.Count;
            double known = feature.Spikes.FirstOrDefault(s => s.Value == spike.Number)?.Share ?? ProfileFlag.SpikeShare;
            if (share > known + NewSpike)
            {
                yield return new(feature.Name, AnomalyType.FeatureTypeSpike, "One number too often",
                    $"{Text(spike.Number)} is {Text(share)} of the numbers in column '{feature.Name}', {Text(known)} at most before: look for a default or a code stored in place of the value.");
            }
        }
    }

    private static string Share(ColumnProfile column, double share) =>
        $"About {Text(share)} of {column.Quantiles.Count:N0} are beyond; their median is {Text(column.Quantiles.Quantile(0.5))}.";
}
