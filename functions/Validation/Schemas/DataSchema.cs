using System.Text.Json.Serialization;
using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Schemas;

/// <summary>
/// What data should look like, in the words of TensorFlow Data Validation (Breck et al., "Data Validation for Machine Learning", MLSys 2019):
/// inferred from data, then edited by people, compared with new data by <see cref="AnomalyDetection"/>.
/// </summary>
/// <remarks>Setters where there are defaults, not init: generated JSON readers leave what the text does not name at its default only so.</remarks>
public sealed record DataSchema
{
    public IReadOnlyList<Feature> Features { get; set; } = [];

    public DatasetConstraints Dataset { get; set; } = new();

    public Feature? Find(string name) => Features.FirstOrDefault(f => f.Name == name);

    /// <summary>The schema with one feature replaced by what <paramref name="change"/> makes of it.</summary>
    public DataSchema With(string name, Func<Feature, Feature> change) =>
        this with { Features = [.. Features.Select(f => f.Name == name ? change(f) : f)] };
}

/// <summary>Data for fitting a model has the label, data to be scored has not.</summary>
[JsonConverter(typeof(DataEnvironmentConverter))]
public enum DataEnvironment
{
    Training,
    Serving,
}

/// <summary>Writes TRAINING and SERVING.</summary>
internal sealed class DataEnvironmentConverter() : JsonStringEnumConverter<DataEnvironment>(System.Text.Json.JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false);

/// <summary>What one column should look like. A constraint that is null is not checked.</summary>
public sealed record Feature
{
    public required string Name { get; init; }

    /// <value>What the values are; a real column may hold integers. Null where none was ever seen.</value>
    [JsonConverter(typeof(JsonStringEnumConverter<ColumnKind>))]
    public ColumnKind? Kind { get; init; }

    public Presence Presence { get; set; } = new(null, null);

    /// <value>Fewest and most values in a cell: 1 and 1 for plain cells, more for arrays.</value>
    public Interval? ValueCount { get; init; }

    /// <value>The texts that may occur, at most 100 when inferred.</value>
    public IReadOnlyList<string>? Domain { get; init; }

    /// <value>Least share of the texts that must be in the domain. Default 1, all.</value>
    public double MinDomainMass { get; set; } = 1;

    /// <value>Smallest and largest number.</value>
    public Interval? Range { get; init; }

    public bool DisallowNaN { get; init; }

    public bool DisallowInfinity { get; init; }

    /// <value>Integers that stand for categories: drift is measured by category.</value>
    public bool Categorical { get; init; }

    /// <value>Fewest and most distinct values.</value>
    public Interval? Unique { get; init; }

    /// <value>No value comes twice, as in a key.</value>
    public bool Key { get; init; }

    /// <value>Numbers that take a large share of a column of many numbers, with that share; others that do so in new data are anomalies.</value>
    public IReadOnlyList<KnownSpike> Spikes { get; set; } = [];

    /// <value>Environments in which the column is absent, such as SERVING for the label.</value>
    public IReadOnlyList<DataEnvironment> NotIn { get; set; } = [];

    /// <value>Against the data before.</value>
    public Comparator Drift { get; set; } = new(null, null);

    /// <value>Of training data against serving data.</value>
    public Comparator Skew { get; set; } = new(null, null);
}

/// <summary>How often a column must have a value.</summary>
/// <param name="MinFraction">Least share of rows, 0 to 1.</param>
/// <param name="MinCount">Least number of rows.</param>
public sealed record Presence(double? MinFraction, long? MinCount);

/// <summary>Both ends belong to it; null is open.</summary>
public sealed record Interval(double? Min, double? Max);

public sealed record KnownSpike(double Value, double Share);

/// <summary>Thresholds on the distance of two distributions.</summary>
/// <param name="InfinityNorm">Largest difference of the share of any one category, 0 to 1.</param>
/// <param name="JensenShannon">Jensen-Shannon divergence to base 2, 0 to 1.</param>
public sealed record Comparator(double? InfinityNorm, double? JensenShannon);

/// <summary>About the rows as a whole.</summary>
public sealed record DatasetConstraints
{
    public long? MinExamples { get; init; }

    public long? MaxExamples { get; init; }

    /// <value>Least and most rows relative to the data before, e.g. 0.5 and 2.</value>
    public Interval? ExamplesRatio { get; init; }
}
