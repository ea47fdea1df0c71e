using System.Text.Json.Nodes;
using Tidemark.Platform.Tabular;
using Tidemark.Validation.Expectations;
using Tidemark.Validation.Suites;
using Xunit;

namespace Tidemark.Tests.Validation.Expectations;

/// <summary>The passenger list of the Titanic with the suite and the results that Great Expectations stored for it.</summary>
public sealed class TitanicTests
{
    private static readonly string? Folder = Repository.Data is { } data ? Path.Combine(data, "great_expectations/titanic") : null;

    [Theory]
    [InlineData(100_000)]
    [InlineData(1)]
    [InlineData(97)]
    public void Gives_exactly_the_stored_result_whatever_the_size_of_the_batches(int rows)
    {
        JsonObject found = Validate("titanic_expectations.json", new JsonObject(), rows, Options() with { CatchExceptions = false });

        JsonAssert.Equal(Read("titanic_expected_data_asset_validate_results.json"), found);
    }

    [Fact]
    public void Gives_the_stored_result_with_the_bounds_as_parameters()
    {
        var parameters = (JsonObject)Read("titanic_evaluation_parameters.json");
        JsonNode expected = Read("titanic_expected_data_asset_validate_results.json");
        expected["evaluation_parameters"] = parameters.DeepClone();
        expected["meta"]!["expectation_suite_name"] = "default";

        JsonObject found = Validate("titanic_parameterized_expectations.json", parameters, 500, Options() with { CatchExceptions = false });

        JsonAssert.Equal(expected, found);
    }

    /// <summary>Great Expectations stored this by refusing every result's numbers; the prose of its messages is its own.</summary>
    [Fact]
    public void Gives_the_stored_result_with_exceptions_when_no_numbers_are_believed()
    {
        JsonNode expected = Read("titanic_expected_data_asset_validate_results_with_exceptions.json");

        JsonObject found = Validate("titanic_expectations.json", new JsonObject(), 500, Options() with { Plausible = _ => false });

        foreach ((JsonNode? stored, JsonNode? own) in expected["results"]!.AsArray().Zip(found["results"]!.AsArray()))
        {
            JsonObject information = own!["exception_info"]!.AsObject(), known = stored!["exception_info"]!.AsObject();
            Assert.True(information.Remove("exception_traceback"));
            if (known["exception_message"] is not { } message)
                continue;
            JsonAssert.Equal(ResultIn(message), ResultIn(information["exception_message"]!));
            information["exception_message"] = message.DeepClone();
        }

        JsonAssert.Equal(expected, found);
    }

    [Fact]
    public void An_expectation_nobody_knows_is_an_exception_info()
    {
        JsonObject found = Validate("titanic_custom_expectations.json", new JsonObject(), 500, Options());

        Assert.False(found["success"]!.GetValue<bool>());
        JsonNode information = found["results"]![0]!["exception_info"]!;
        Assert.True(information["raised_exception"]!.GetValue<bool>());
        Assert.Contains("expect_column_values_to_have_odd_lengths", information["exception_message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private static RunOptions Options() => new()
    {
        Format = new ResultFormat(ResultDetail.Complete),
        BatchKwargs = new JsonObject { ["ge_batch_id"] = "1234" },
        Clock = new FakeClock(new DateTimeOffset(1955, 11, 5, 0, 0, 0, TimeSpan.Zero)),
    };

    private static JsonObject Validate(string suite, JsonObject parameters, int rows, RunOptions options)
    {
        Table passengers = CsvFixture.Read(Path.Combine(Data(), "Titanic.csv"));
        var run = new SuiteRun(Suite.Parse(File.ReadAllText(Path.Combine(Data(), suite))), options with { Parameters = parameters });
        foreach (Table batch in Batches.Of(passengers, rows))
            run.Observe(batch);
        return run.Conclude().ToJson();
    }

    private static JsonNode Read(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(Data(), file)))!;

    private static JsonNode? ResultIn(JsonNode message) => JsonNode.Parse(message.GetValue<string>().Split("Result: ")[1]);

    private static string Data()
    {
        Assert.SkipWhen(Folder is null || !Directory.Exists(Folder), "The shared data (TIDEMARK_DATA) is not on this machine.");
        return Folder!;
    }
}
