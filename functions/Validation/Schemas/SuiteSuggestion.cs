using System.Text.Json.Nodes;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Profiles;

namespace Tidemark.Validation.Schemas;

/// <summary>A Great Expectations suite that the data of a profile would pass, as a first draft for people to sharpen.</summary>
public static class SuiteSuggestion
{
    /// <summary>A share of missing values may grow by this part of what is present before the suite complains.</summary>
    private const double PresenceMargin = 0.05;

    /// <summary>The mean may move by so many standard deviations.</summary>
    private const double MeanMargin = 0.5;

    /// <returns>A suite in the form of Great Expectations 1.x.</returns>
    public static JsonObject Suggest(string name, Profile profile, DataSchema schema) => new()
    {
        ["name"] = name,
        ["expectations"] = new JsonArray([Columns(schema), .. profile.Columns.SelectMany(c => Of(c, schema.Find(c.Name)!, profile))]),
        ["meta"] = new JsonObject { ["suggested_from_rows"] = profile.Rows },
    };

    private static JsonObject Columns(DataSchema schema) =>
        Expectation("expect_table_columns_to_match_set", new() { ["column_set"] = Texts(schema.Features.Select(f => f.Name)), ["exact_match"] = true });

    private static IEnumerable<JsonObject> Of(ColumnProfile column, Feature feature, Profile profile)
    {
        long present = column.Cells.Present;
        if (present == 0)
            yield break;
        double share = (double)present / profile.Rows, mostly = Math.Floor(100 * share * (1 - PresenceMargin)) / 100;
        if (share == 1)
            yield return OfColumn("expect_column_values_to_not_be_null", column, []);
        else if (mostly > 0)
            yield return OfColumn("expect_column_values_to_not_be_null", column, new() { ["mostly"] = mostly });
        if (feature.Domain is not null)
            yield return OfColumn("expect_column_values_to_be_in_set", column, new() { ["value_set"] = Texts(feature.Domain) });
        if (feature.Range is { } range)
            yield return OfColumn("expect_column_values_to_be_between", column, new() { ["min_value"] = Number(range.Min, feature.Kind), ["max_value"] = Number(range.Max, feature.Kind) });
        if (feature.Key)
            yield return OfColumn("expect_column_values_to_be_unique", column, []);
        if (column.Kind == ColumnKind.Text && feature.Domain is null)
            yield return OfColumn("expect_column_value_lengths_to_be_between", column, new() { ["min_value"] = Math.Max(1, column.Cells.ShortestText / 2), ["max_value"] = 2 * column.Cells.LongestText });
        if (feature is { Range: not null, Categorical: false, Key: false } && column.Moments.StandardDeviation > 0)
        {
            double margin = MeanMargin * column.Moments.StandardDeviation;
            yield return OfColumn("expect_column_mean_to_be_between", column, new() { ["min_value"] = column.Moments.Mean - margin, ["max_value"] = column.Moments.Mean + margin }, "warning");
        }
    }

    private static JsonObject OfColumn(string type, ColumnProfile column, JsonObject kwargs, string? severity = null)
    {
        kwargs.Insert(0, "column", column.Name);
        return Expectation(type, kwargs, severity);
    }

    private static JsonObject Expectation(string type, JsonObject kwargs, string? severity = null)
    {
        var expectation = new JsonObject { ["type"] = type, ["kwargs"] = kwargs, ["meta"] = new JsonObject() };
        if (severity is not null)
            expectation["severity"] = severity;
        return expectation;
    }

    private static JsonNode? Number(double? value, ColumnKind? kind) => kind == ColumnKind.Integer && Math.Abs(value ?? 0) < 1L << 53 ? (long?)value : value;

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode)t)];
}
