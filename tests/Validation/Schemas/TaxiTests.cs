using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Platform.Tabular.Readers;
using Tidemark.Validation.Schemas;
using Xunit;

namespace Tidemark.Tests.Validation.Schemas;

/// <summary>Three months of New York taxi trips: a surcharge begins in February 2019, a lockdown empties April 2020.</summary>
public sealed class TaxiTests
{
    [Fact]
    public async Task A_schema_of_January_2019_flags_the_surcharge_that_begins_in_February()
    {
        Profile january = await Month("2019-01"), february = await Month("2019-02");

        IReadOnlyList<Anomaly> found = AnomalyDetection.Detect(AnomalyTests.Infer(january), february, previous: january);

        Assert.Contains(("congestion_surcharge", AnomalyType.FloatTypeBigFloat), found.Select(AnomalyTests.Key));
        Assert.DoesNotContain(found, a => a.Feature is "payment_type" or "rate_code_id");
    }

    [Theory]
    [InlineData("2019-01")]
    [InlineData("2019-02")]
    public async Task Comparators_flag_payment_type_and_rate_code_in_April_2020(string before)
    {
        Profile previous = await Month(before), april = await Month("2020-04");
        DataSchema schema = AnomalyTests.Infer(previous).With("rate_code_id", f => f with { Drift = new(0.02, null) });

        (string?, AnomalyType)[] found = [.. AnomalyDetection.Detect(schema, april, previous: previous).Select(AnomalyTests.Key)];

        Assert.Contains(("payment_type", AnomalyType.ComparatorLInftyHigh), found);
        Assert.Contains(("rate_code_id", AnomalyType.ComparatorLInftyHigh), found);
    }

    [Fact]
    public async Task February_2019_does_not_drift_from_January_in_payment_type_and_rate_code()
    {
        Profile january = await Month("2019-01"), february = await Month("2019-02");
        DataSchema schema = AnomalyTests.Infer(january).With("rate_code_id", f => f with { Drift = new(0.02, null) });

        Assert.DoesNotContain(AnomalyDetection.Detect(schema, february, previous: january), a => a.Feature is "payment_type" or "rate_code_id");
    }

    internal static async Task<Profile> Month(string month)
    {
        Assert.SkipWhen(Repository.Data is null, "The folder of real data is absent (TIDEMARK_DATA or ../shared/data).");
        FileStream file = File.OpenRead(Path.Combine(Repository.Data, "taxi", $"yellow_tripdata_sample_{month}.csv"));
        using CsvReader reader = (await CsvReader.OpenAsync(file, CsvOptions.Default, TestContext.Current.CancellationToken)).Value!;
        Profile profile = (await Profile.OfAsync(reader, TestContext.Current.CancellationToken)).Value!;
        Assert.Equal(10_000, profile.Rows);
        return profile;
    }
}
