using System.Text.Json.Nodes;
using Tidemark.Validation.Expectations;

namespace Tidemark.Validation.Suites;

/// <summary>What became of one expectation.</summary>
/// <param name="Expectation">As evaluated: parameters have their values.</param>
/// <param name="Success">Whether the data is as expected; false when there is a fault.</param>
/// <param name="Result">Observed value or counts, as much as the result format asks for.</param>
/// <param name="Fault">Why it could not be evaluated.</param>
public sealed record ExpectationResult(ExpectationConfiguration Expectation, bool Success, JsonObject Result, Fault? Fault);

/// <summary>A suite's verdict on data; <see cref="ToJson()"/> is Great Expectations' validation result.</summary>
public sealed record ValidationResult(ExpectationSuite Suite, IReadOnlyList<ExpectationResult> Results)
{
    public bool Success => Results.All(result => result.Success);

    /// <summary>The gravest severity among failed expectations; null when all succeeded.</summary>
    public Severity? Worst => Results.Where(result => !result.Success).Select(result => (Severity?)result.Expectation.Severity).Max();

    public DateTimeOffset Time { get; init; }

    /// <summary>Parameter values given for the run.</summary>
    public JsonObject Parameters { get; init; } = [];

    /// <summary>What identifies the data, as the caller names it.</summary>
    public JsonObject BatchKwargs { get; init; } = [];

    /// <summary>Whether each result carries exception_info even when nothing went wrong.</summary>
    public bool CatchExceptions { get; init; } = true;

    public JsonObject ToJson()
    {
        int successful = Results.Count(result => result.Success);
        var json = new JsonObject
        {
            ["success"] = Success,
            ["results"] = new JsonArray(Results.Select(result => (JsonNode)ToJson(result)).ToArray()),
            ["statistics"] = new JsonObject
            {
                ["evaluated_expectations"] = Results.Count,
                ["successful_expectations"] = successful,
                ["unsuccessful_expectations"] = Results.Count - successful,
                ["success_percent"] = Results.Count > 0 ? (double)successful / Results.Count * 100 : null,
            },
            [Suite.Form == SuiteForm.Zero ? "evaluation_parameters" : "suite_parameters"] = Parameters.DeepClone(),
            ["meta"] = Meta(),
        };
        if (Suite.Form == SuiteForm.One)
            json["suite_name"] = Suite.Name;
        return json;
    }

    private JsonObject ToJson(ExpectationResult result)
    {
        var json = new JsonObject
        {
            ["success"] = result.Success,
            ["expectation_config"] = SuiteJson.Write(result.Expectation, Suite.Form),
            ["result"] = result.Result.DeepClone(),
            ["meta"] = new JsonObject(),
        };
        if (CatchExceptions || result.Fault is not null)
        {
            json["exception_info"] = new JsonObject
            {
                ["raised_exception"] = result.Fault is not null,
                ["exception_traceback"] = null,
                ["exception_message"] = result.Fault?.ToString(),
            };
        }

        return json;
    }

    private JsonObject Meta() => new()
    {
        ["expectation_suite_name"] = Suite.Name,
        ["run_id"] = new JsonObject { ["run_name"] = null, ["run_time"] = Time.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFzzz", System.Globalization.CultureInfo.InvariantCulture) },
        ["batch_kwargs"] = BatchKwargs.DeepClone(),
        ["expectation_suite_meta"] = Suite.Meta.DeepClone(),
        ["batch_markers"] = new JsonObject(),
        ["batch_parameters"] = new JsonObject(),
        ["validation_time"] = Time.UtcDateTime.ToString("yyyyMMddTHHmmss.ffffffZ", System.Globalization.CultureInfo.InvariantCulture),
    };
}
