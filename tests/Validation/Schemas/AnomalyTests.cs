using System.Globalization;
using System.Text;
using System.Text.Json;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Platform.Tabular.Readers;
using Tidemark.Validation.Schemas;
using Xunit;

namespace Tidemark.Tests.Validation.Schemas;

/// <summary>What a schema inferred from good data says of data that went wrong.</summary>
public sealed class AnomalyTests
{
    [Fact]
    public async Task Data_like_the_data_that_the_schema_came_from_has_no_anomalies()
    {
        Profile good = await Weather(seed: 1), more = await Weather(seed: 2);

        Assert.Empty(AnomalyDetection.Detect(Infer(good), more, DataEnvironment.Training, previous: good));
    }

    [Fact]
    public async Task Celsius_arriving_as_Fahrenheit_is_flagged_by_range_and_by_drift()
    {
        Profile good = await Weather(seed: 1), fahrenheit = await Weather(seed: 2, temperature: c => c * 9 / 5 + 32);

        IReadOnlyList<Anomaly> found = AnomalyDetection.Detect(Infer(good), fahrenheit, previous: good);

        Assert.Equal([("temperature", AnomalyType.FloatTypeBigFloat), ("temperature", AnomalyType.ComparatorJensenShannonDivergenceHigh)], found.Select(Key));
    }

    [Fact]
    public async Task Zero_stored_for_on_time_deliveries_is_flagged_as_a_spike()
    {
        var random = new Random(3);
        string[] delays = [.. Enumerable.Range(0, 4000).Select(_ => Invariant($"{Normal(random) * 12 + 2:F2}"))];
        Profile good = await Csv("delay_minutes\n" + string.Join('\n', delays));
        Profile zeros = await Csv("delay_minutes\n" + string.Join('\n', delays.Select(d => d[0] == '-' ? "0" : d)));

        IReadOnlyList<Anomaly> found = AnomalyDetection.Detect(Infer(good), zeros, previous: good);

        Assert.Equal([("delay_minutes", AnomalyType.FeatureTypeSpike), ("delay_minutes", AnomalyType.ComparatorJensenShannonDivergenceHigh)], found.Select(Key));
        Assert.StartsWith("0 is 0.4", found[0].Description, StringComparison.Ordinal);
        Assert.Contains(ProfileFlag.Of(zeros), f => f.Kind == ProfileFlagKind.Spike);
        Assert.Empty(ProfileFlag.Of(good));
    }

    [Fact]
    public async Task A_new_category_is_flagged_with_its_name_and_share()
    {
        Profile good = await Weather(seed: 1), hail = await Weather(seed: 2, sky: s => s == "rain" ? "hail" : s);
        DataSchema schema = Infer(good);

        Anomaly found = Assert.Single(AnomalyDetection.Detect(schema, hail));

        Assert.Equal(("sky", AnomalyType.EnumTypeUnexpectedStringValues), Key(found));
        Assert.Contains("'hail' (", found.Description, StringComparison.Ordinal);
        Assert.Empty(AnomalyDetection.Detect(schema.With("sky", f => f with { MinDomainMass = 0.5 }), hail));
        Assert.Contains(AnomalyDetection.Detect(schema, hail, previous: good), a => a.Type == AnomalyType.ComparatorLInftyHigh);
    }

    [Fact]
    public async Task A_column_gone_is_flagged()
    {
        Profile good = await Weather(seed: 1);
        Profile gone = await Csv("temperature,sky,raining\n20.5,rain,true\n");

        Assert.Equal(("station", AnomalyType.SchemaMissingColumn), Key(Assert.Single(AnomalyDetection.Detect(Infer(good), gone))));
    }

    [Theory]
    [InlineData("temperature", "temp_celsius")]
    [InlineData("sky", "cloudiness")]
    [InlineData("station", "Station_ID")]
    public async Task A_column_renamed_is_flagged_on_both_sides_with_a_guess(string before, string after)
    {
        Profile good = await Weather(seed: 1), renamed = await Weather(seed: 2, header: h => h.Replace(before, after, StringComparison.Ordinal));

        IReadOnlyList<Anomaly> found = AnomalyDetection.Detect(Infer(good), renamed);

        Assert.Equal([(before, AnomalyType.SchemaMissingColumn), (after, AnomalyType.SchemaNewColumn)], found.Select(Key));
        Assert.Contains($"renamed: the new column '{after}'", found[0].Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_label_is_asked_for_in_training_and_may_lack_at_serving()
    {
        DataSchema schema = SchemaInference.Infer(await Csv("x,label\n1,0\n2,1\n3,0\n4,1\n"), new() { Label = "label" });
        Profile serving = await Csv("x\n1\n2\n");

        Assert.Equal([("label", AnomalyType.SchemaMissingColumn)], AnomalyDetection.Detect(schema, serving, DataEnvironment.Training).Select(Key));
        Assert.Empty(AnomalyDetection.Detect(schema, serving, DataEnvironment.Serving));
        Assert.Single(AnomalyDetection.Detect(schema, serving));
    }

    public static TheoryData<string, string, AnomalyType> Breaches => new()
    {
        { "{\"kind\":\"Integer\"}", "a\nx\n", AnomalyType.UnexpectedDataType },
        { "{\"kind\":\"Integer\"}", "a\n1.5\n", AnomalyType.UnexpectedDataType },
        { "{\"kind\":\"Text\"}", "a\n1\n", AnomalyType.UnexpectedDataType },
        { "{\"kind\":\"Boolean\"}", "a\n2\n0\n", AnomalyType.BoolTypeBigInt },
        { "{\"kind\":\"Boolean\"}", "a\n-1\n0\n", AnomalyType.BoolTypeSmallInt },
        { "{\"kind\":\"Boolean\"}", "a\n0.5\n", AnomalyType.BoolTypeUnexpectedFloat },
        { "{\"kind\":\"Boolean\"}", "a\nyes\n", AnomalyType.BoolTypeUnexpectedString },
        { "{\"kind\":\"Integer\",\"range\":{\"min\":1,\"max\":5}}", "a\n0\n", AnomalyType.IntTypeSmallInt },
        { "{\"kind\":\"Integer\",\"range\":{\"min\":1,\"max\":5}}", "a\n6\n", AnomalyType.IntTypeBigInt },
        { "{\"kind\":\"Real\",\"range\":{\"min\":1}}", "a\n0.5\n", AnomalyType.FloatTypeSmallFloat },
        { "{\"kind\":\"Real\",\"range\":{\"max\":1}}", "a\n1.5\n", AnomalyType.FloatTypeBigFloat },
        { "{\"kind\":\"Real\",\"disallowInfinity\":true}", "a\ninf\n1.5\n", AnomalyType.FloatTypeHasInf },
        { "{\"presence\":{\"minFraction\":0.75}}", "a,b\n1,1\n,1\n", AnomalyType.FeatureTypeLowFractionPresent },
        { "{\"presence\":{\"minCount\":3}}", "a\n1\n2\n", AnomalyType.FeatureTypeLowNumberPresent },
        { "{\"presence\":{\"minCount\":1}}", "a,b\n,1\n", AnomalyType.FeatureTypeNotPresent },
        { "{\"presence\":{\"minCount\":1}}", "b\n1\n", AnomalyType.SchemaMissingColumn },
        { "{\"kind\":\"Text\",\"domain\":[\"x\",\"y\"],\"minDomainMass\":0.6}", "a\nx\nz\n", AnomalyType.EnumTypeUnexpectedStringValues },
        { "{\"kind\":\"Text\",\"unique\":{\"min\":3}}", "a\nx\ny\n", AnomalyType.FeatureTypeLowUnique },
        { "{\"kind\":\"Text\",\"unique\":{\"max\":1}}", "a\nx\ny\n", AnomalyType.FeatureTypeHighUnique },
        { "{\"kind\":\"Text\",\"key\":true}", "a\nx\nx\n", AnomalyType.FeatureTypeKeyRepeated },
    };

    [Theory]
    [MemberData(nameof(Breaches))]
    public async Task Each_constraint_has_its_anomaly(string constraints, string data, AnomalyType expected)
    {
        DataSchema schema = JsonSerializer.Deserialize<DataSchema>($"{{\"features\":[{{\"name\":\"a\",{constraints[1..]},{{\"name\":\"b\"}}]}}", JsonSerializerOptions.Web)!;

        Anomaly found = Assert.Single(AnomalyDetection.Detect(schema, await Csv(data)), a => a.Type != AnomalyType.SchemaNewColumn);

        Assert.Equal(("a", expected), Key(found));
        Assert.NotEmpty(found.ShortDescription);
        Assert.Contains("'a'", found.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Numbers_of_rows_and_of_values_a_cell_are_checked()
    {
        DataSchema schema = new()
        {
            Features = [new() { Name = "a", ValueCount = new(2, 3) }],
            Dataset = new() { MinExamples = 5, ExamplesRatio = new(0.5, 2) },
        };
        var cells = new MixedColumn("a");
        foreach (string json in new[] { "[1]", "[1,2,3,4]" })
            cells.Append(JsonDocument.Parse(json).RootElement);
        var profile = new Profile();
        profile.Observe(new Table([cells]).Filled(2));

        Assert.Equal([AnomalyType.DatasetLowNumExamples, AnomalyType.FeatureTypeLowNumberValues, AnomalyType.FeatureTypeHighNumberValues],
            AnomalyDetection.Detect(schema, profile).Select(a => a.Type));
        Profile ten = await Csv("a\n" + string.Concat(Enumerable.Repeat("1\n", 10)));
        schema = schema with { Features = [] };
        Assert.Contains(AnomalyDetection.Detect(schema, profile, previous: ten), a => a.Type == AnomalyType.ComparatorLowNumExamples);
        Assert.Contains(AnomalyDetection.Detect(schema, ten, previous: profile), a => a.Type == AnomalyType.ComparatorHighNumExamples);
        Assert.Equal(AnomalyType.DatasetHighNumExamples, AnomalyDetection.Detect(new() { Features = [new() { Name = "a" }], Dataset = new() { MaxExamples = 9 } }, ten)[0].Type);
    }

    [Fact]
    public async Task Skew_compares_training_with_serving_data()
    {
        DataSchema schema = new() { Features = [new() { Name = "a", Kind = ColumnKind.Integer, Skew = new(0.2, null) }] };
        Profile training = await Csv("a\n1\n1\n1\n2\n"), serving = await Csv("a\n1\n2\n2\n2\n"), other = await Csv("b\n1\n");

        Anomaly high = Assert.Single(AnomalyDetection.Detect(schema, training, serving: serving));
        Assert.Equal(AnomalyType.ComparatorLInftyHigh, high.Type);
        Assert.Contains("0.5; the threshold is 0.2", high.Description, StringComparison.Ordinal);
        Assert.Equal(AnomalyType.ComparatorControlDataMissing, Assert.Single(AnomalyDetection.Detect(schema, training, serving: other)).Type);
        Assert.Empty(AnomalyDetection.Detect(schema, training, serving: training));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0.1607)]
    [InlineData(10, 1)]
    public void Jensen_Shannon_divergence_of_shifted_normals_is_that_of_the_integral(double shift, double expected)
    {
        (ColumnProfile a, ColumnProfile b) = (new("x"), new("x"));
        var random = new Random(7);
        foreach ((ColumnProfile profile, double mean) in new[] { (a, 0.0), (b, shift) })
        {
            var column = new RealColumn("x");
            for (int i = 0; i < 20_000; i++)
                column.Append(Normal(random) + mean);
            profile.Observe(column);
        }

        double divergence = Distance.JensenShannon(a, b);
        Assert.InRange(divergence, expected - 0.01, expected + 0.01);
        Assert.Equal(divergence, Distance.JensenShannon(b, a), 1e-12);
    }

    [Fact]
    public async Task A_schema_survives_JSON_and_types_are_written_as_in_TensorFlow_Data_Validation()
    {
        DataSchema schema = Infer(await Weather(seed: 1));
        string json = JsonSerializer.Serialize(schema, JsonSerializerOptions.Web);

        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<DataSchema>(json, JsonSerializerOptions.Web), JsonSerializerOptions.Web));
        Assert.Contains("\"domain\":[\"clear\",\"cloudy\",\"rain\"]", json, StringComparison.Ordinal);
        Assert.Contains("\"COMPARATOR_L_INFTY_HIGH\"", JsonSerializer.Serialize(new Anomaly("a", AnomalyType.ComparatorLInftyHigh, "s", "l")), StringComparison.Ordinal);
        Assert.Contains("\"SCHEMA_NEW_COLUMN\"", JsonSerializer.Serialize(new Anomaly("a", AnomalyType.SchemaNewColumn, "s", "l")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inference_finds_keys_categories_domains_and_ranges()
    {
        DataSchema schema = Infer(await Csv("id,class,zip,price,note\n" + string.Concat(Enumerable.Range(0, 1000).Select(i => Invariant($"K{i},{i % 3 + 1},{i * 37 % 500},{i % 500 * 0.01:F2},{(i % 2 == 0 ? "" : $"note {i % 700}")}\n")))));

        Assert.Equal([true, false, false, false, false], schema.Features.Select(f => f.Key));
        Assert.Equal([false, true, false, false, false], schema.Features.Select(f => f.Categorical));
        Assert.Equal(new Interval(1, 3), schema.Find("class")!.Range);
        Assert.Equal(new Interval(0, 749), schema.Find("zip")!.Range);
        Assert.Equal(new Presence(null, 1), schema.Find("note")!.Presence);
        Assert.Equal(new Presence(1, 1), schema.Find("id")!.Presence);
        Assert.Null(schema.Find("note")!.Domain);
    }

    internal static DataSchema Infer(Profile profile) => SchemaInference.Infer(profile, InferenceOptions.Default);

    internal static (string?, AnomalyType) Key(Anomaly anomaly) => (anomaly.Feature, anomaly.Type);

    internal static async Task<Profile> Csv(string text)
    {
        using CsvReader reader = (await CsvReader.OpenAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), CsvOptions.Default, TestContext.Current.CancellationToken)).Value!;
        return (await Profile.OfAsync(reader, TestContext.Current.CancellationToken)).Value!;
    }

    /// <summary>3,000 readings of weather stations; the arguments say what goes wrong.</summary>
    private static Task<Profile> Weather(int seed, Func<double, double>? temperature = null, Func<string, string>? sky = null, Func<string, string>? header = null)
    {
        var random = new Random(seed);
        string[] skies = ["clear", "clear", "cloudy", "rain"];
        var text = new StringBuilder((header ?? (h => h))("station,temperature,sky,raining") + "\n");
        for (int i = 0; i < 3000; i++)
        {
            double celsius = Math.Clamp(Normal(random) * 7 + 14, -15, 40);
            string above = skies[random.Next(4)];
            text.Append(CultureInfo.InvariantCulture, $"{random.Next(1, 41)},{temperature?.Invoke(celsius) ?? celsius:F2},{sky?.Invoke(above) ?? above},{(above == "rain" ? "true" : "false")}\n");
        }
        return Csv(text.ToString());
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
