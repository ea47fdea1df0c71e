using System.Text.Json.Serialization;

namespace Tidemark.Drift.Verdicts;

/// <summary>How the test of a column is chosen where the policy names none.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TestSelection>))]
public enum TestSelection
{
    /// <summary>By kind, number of distinct values and rows of the reference, as Evidently does by default.</summary>
    [JsonStringEnumMemberName("evidently")]
    Evidently,

    /// <summary>Jensen-Shannon distance with NannyML's bins; threshold: mean + 3 standard deviations of the distances of chunks of the reference to all of it.</summary>
    [JsonStringEnumMemberName("nannyml")]
    NannyMl,

    /// <summary>The tests and thresholds of the policy; columns without one are left out.</summary>
    [JsonStringEnumMemberName("fixed")]
    Fixed,
}

/// <summary>What counts as drift and what is done against false alarms. The default is the careful one; <see cref="Evidently"/> is plain.</summary>
/// <remarks>Setters, not init: generated JSON readers leave what the text does not name at its default only so.</remarks>
public sealed record DriftPolicy
{
    /// <summary>Evidently's verdicts and no more.</summary>
    public static DriftPolicy Evidently { get; } = new() { MinimumRows = 1, MinimumEffect = 0, FalseDiscoveryRate = null, Persistence = 1, WatchMissing = false };

    /// <summary>Everything on.</summary>
    public static DriftPolicy Default { get; } = new();

    public TestSelection Selection { get; set; } = TestSelection.Evidently;

    /// <summary>Test by column; goes before the selection.</summary>
    public IReadOnlyDictionary<string, DriftTest> Tests { get; set; } = new Dictionary<string, DriftTest>();

    /// <summary>Threshold by column; goes before the usual one of the test.</summary>
    public IReadOnlyDictionary<string, double> Thresholds { get; set; } = new Dictionary<string, double>();

    /// <value>Share of the columns, by weight, from which the data set drifts. 0.5.</value>
    public double DriftShare { get; set; } = 0.5;

    /// <value>Values that a column needs on both sides; below, its verdict is "no drift, too few". 100.</value>
    public int MinimumRows { get; set; } = 100;

    /// <value>Least share of probability that has moved: the largest difference of distribution functions, or total variation of categories. 0.05.</value>
    public double MinimumEffect { get; set; } = 0.05;

    /// <value>Bound of the expected share of false ones among the drifted columns (Benjamini and Hochberg 1995); null: each column by itself. 0.01.</value>
    public double? FalseDiscoveryRate { get; set; } = 0.01;

    /// <value>Windows in a row that must drift before it is an alarm. 2.</value>
    public int Persistence { get; set; } = 2;

    /// <value>Whether a changed share of missing values is drift. True.</value>
    public bool WatchMissing { get; set; } = true;

    /// <value>Whether a missing value counts as a category of its own in columns of categories, so that distances see it too. False, as Evidently has it.</value>
    public bool MissingIsCategory { get; set; }

    /// <summary>Weight by column, e.g. feature importance; columns not named weigh 1 where nothing is named, else 0.</summary>
    public IReadOnlyDictionary<string, double> Importance { get; set; } = new Dictionary<string, double>();

    /// <value>Which windows of the past are compared with. None: the reference profile.</value>
    public Season Season { get; set; }

    /// <value>Chunks of the reference for <see cref="TestSelection.NannyMl"/>. 10.</value>
    public int Chunks { get; set; } = 10;

    public double Weight(string column) => Importance.Count == 0 ? 1 : Importance.GetValueOrDefault(column);
}
