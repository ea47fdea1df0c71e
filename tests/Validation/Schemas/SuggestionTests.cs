using System.Text.Json.Nodes;
using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Platform.Tabular.Readers;
using Tidemark.Validation.Schemas;
using Tidemark.Validation.Suites;
using Xunit;

namespace Tidemark.Tests.Validation.Schemas;

/// <summary>A suggested suite passes the data it came from and fails data that went wrong.</summary>
public sealed class SuggestionTests
{
    [Fact]
    public async Task The_suite_suggested_from_January_2019_passes_January_and_flags_the_surcharge_of_February()
    {
        ExpectationSuite suite = Suggest(await TaxiTests.Month("2019-01"));

        Assert.Empty(Failures(await RunAsync(suite, "2019-01")));
        Assert.Contains(("congestion_surcharge", "expect_column_values_to_be_between"), Failures(await RunAsync(suite, "2019-02")));
    }

    [Fact]
    public async Task A_column_gone_a_new_category_and_Fahrenheit_fail_the_suggested_suite()
    {
        const string header = "celsius,sky\n";
        ExpectationSuite suite = Suggest(await AnomalyTests.Csv(header + string.Concat(Enumerable.Range(0, 200).Select(i => $"{i % 37 - 5}.5,{(i % 3 == 0 ? "rain" : "clear")}\n"))));

        Assert.Equal(["expect_column_values_to_be_between", "expect_column_mean_to_be_between"], Failures(await RunTextAsync(suite, header + "86.5,rain\n64.5,clear\n")).Select(f => f.Item2));
        Assert.Equal(["expect_column_values_to_be_in_set"], Failures(await RunTextAsync(suite, header + "12.5,hail\n")).Select(f => f.Item2));
        Assert.Contains("expect_table_columns_to_match_set", Failures(await RunTextAsync(suite, "celsius\n12.5\n")).Select(f => f.Item2));
    }

    private static ExpectationSuite Suggest(Profile profile)
    {
        JsonObject json = SuiteSuggestion.Suggest("suggested", profile, AnomalyTests.Infer(profile));
        return SuiteJson.Parse(JsonNode.Parse(json.ToJsonString())).Value!;
    }

    private static (string?, string)[] Failures(ValidationResult result)
    {
        Assert.DoesNotContain(result.Results, r => r.Fault is not null && r.Fault.Type != "InvalidMetricAccessorDomainKwargsKeyError");
        return [.. result.Results.Where(r => !r.Success).Select(r => (r.Expectation.Column, r.Expectation.Type))];
    }

    private static Task<ValidationResult> RunAsync(ExpectationSuite suite, string month) =>
        RunAsync(suite, File.OpenRead(Path.Combine(Repository.Data!, "taxi", $"yellow_tripdata_sample_{month}.csv")));

    private static Task<ValidationResult> RunTextAsync(ExpectationSuite suite, string text) => RunAsync(suite, new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)));

    private static async Task<ValidationResult> RunAsync(ExpectationSuite suite, Stream data)
    {
        using CsvReader reader = (await CsvReader.OpenAsync(data, CsvOptions.Default, TestContext.Current.CancellationToken)).Value!;
        var run = new SuiteRun(suite);
        while ((await reader.ReadAsync(TestContext.Current.CancellationToken)).Value)
            run.Observe(reader.Batch);
        return run.Conclude();
    }
}
