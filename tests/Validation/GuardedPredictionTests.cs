using System.Net;
using Tidemark.Tests.Platform.Inference;
using Xunit;

namespace Tidemark.Tests.Validation;

/// <summary>A version trained under a suite holds the rows of predictions to it.</summary>
public sealed class GuardedPredictionTests(AzuriteFixture azurite)
{
    private const string Rules = """
        {"name": "patients", "expectations": [
          {"type": "expect_column_values_to_be_between", "kwargs": {"column": "age", "min_value": 0, "max_value": 120}},
          {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "thal", "value_set": ["normal", "fixed"]}, "severity": "warning"},
          {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "age"},
           "meta": {"row_action": {"kind": "impute", "with": "constant", "value": 54}}}
        ]}
        """;

    [Fact]
    public async Task Rows_that_break_a_rule_are_refused_with_row_and_rule_named()
    {
        await using ValidationHost host = await ServedAsync();

        var (status, json, _) = await host.SendAsync(HttpMethod.Post, $"/models/{host.Model}/invocations", """{"dataframe_records": [{"age": 40, "thal": "normal"}, {"age": 400, "thal": "normal"}]}""");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Equal("rows[1].age", Assert.Single(json["errors"]!.AsArray())!["field"]!.GetValue<string>());
        Assert.Contains("expect_column_values_to_be_between", json["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("400", json["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_of_severity_warning_lets_the_row_pass_with_a_word()
    {
        await using ValidationHost host = await ServedAsync();

        var (status, json, _) = await host.SendAsync(HttpMethod.Post, $"/models/{host.Model}/invocations", """{"dataframe_records": [{"age": 40, "thal": "odd"}]}""");

        Assert.True(status == HttpStatusCode.OK, json.ToJsonString());
        Assert.Contains("expect_column_values_to_be_in_set", json.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_value_is_imputed_and_the_answer_is_that_of_the_imputed_row()
    {
        await using ValidationHost host = await ServedAsync();

        var whole = await host.SendAsync(HttpMethod.Post, $"/models/{host.Model}/invocations", """{"dataframe_records": [{"age": 54, "thal": "normal"}]}""");
        var imputed = await host.SendAsync(HttpMethod.Post, $"/models/{host.Model}/invocations", """{"dataframe_records": [{"age": null, "thal": "normal"}]}""");

        Assert.True(imputed.Status == HttpStatusCode.OK, imputed.Json.ToJsonString());
        Assert.Equal(whole.Json["predictions"]!.ToJsonString(), imputed.Json["predictions"]!.ToJsonString());
    }

    [Fact]
    public async Task The_open_inference_protocol_is_held_to_the_same_rules()
    {
        await using ValidationHost host = await ServedAsync();

        var (status, json, _) = await host.SendAsync(HttpMethod.Post, $"/v2/models/{host.Model}/infer", """
            {"inputs": [{"name": "age", "datatype": "FP32", "shape": [1, 1], "data": [-5]}, {"name": "thal", "datatype": "BYTES", "shape": [1, 1], "data": ["normal"]}]}
            """);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains("rows[0].age", json["error"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_open_inference_protocol_tells_warnings_as_a_parameter_of_the_answer()
    {
        await using ValidationHost host = await ServedAsync();
        const string Two = """{"inputs": [{"name": "age", "datatype": "FP32", "shape": [2, 1], "data": [40, 41]}, {"name": "thal", "datatype": "BYTES", "shape": [2, 1], "data": ["odd", "THAL"]}]}""";

        var warned = await host.SendAsync(HttpMethod.Post, $"/v2/models/{host.Model}/infer", Two.Replace("THAL", "odder", StringComparison.Ordinal));
        var good = await host.SendAsync(HttpMethod.Post, $"/v2/models/{host.Model}/infer", Two.Replace("odd", "fixed", StringComparison.Ordinal).Replace("THAL", "normal", StringComparison.Ordinal));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (warned.Status, good.Status));
        string[] warnings = warned.Json["parameters"]!["warnings"]!.GetValue<string>().Split('\n');
        Assert.Equal(["rows[0]: expect_column_values_to_be_in_set does not hold for thal: 'odd'", "rows[1]: expect_column_values_to_be_in_set does not hold for thal: 'odder'"], warnings);
        Assert.Null(good.Json["parameters"]!["warnings"]);
    }

    [Fact]
    public async Task A_version_whose_suite_is_not_there_is_not_served()
    {
        await using ValidationHost host = await ValidationHost.StartAsync(azurite);
        await host.ServeAsync(Models.Columns().ToBytes(), "absent");

        var (status, json, _) = await host.SendAsync(HttpMethod.Post, $"/models/{host.Model}/invocations", """{"dataframe_records": [{"age": 40, "thal": "normal"}]}""");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("absent", json["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    /// <summary>A model version names the suite version it was trained under, also when whoever registers it names only the suite.</summary>
    [Fact]
    public async Task Registering_pins_the_suite_at_the_version_that_is_current_then()
    {
        await using ValidationHost host = await ValidationHost.StartAsync(azurite);
        var put = await host.PutSuiteAsync("patients", Rules);
        await host.PutSuiteAsync("patients", Rules.Replace("120", "130", StringComparison.Ordinal), put.Tag);

        string? uploaded = await host.RegisterAsync(1, "patients"), dropped = await host.DropAsync("x", "patients"), exact = await host.RegisterAsync(2, "patients/1");
        await host.PutSuiteAsync("patients", Rules, (await host.SendAsync(HttpMethod.Get, $"/api/models/{host.Model}/suites/patients")).Tag);

        Assert.Equal(("patients/2", "patients/2", "patients/1"), (uploaded, dropped, exact));
        Assert.Equal("patients/2", await host.RegisterAsync(1, "patients"));
    }

    [Fact]
    public async Task A_suite_that_is_not_there_keeps_a_version_from_being_registered()
    {
        await using ValidationHost host = await ValidationHost.StartAsync(azurite);
        await host.PutSuiteAsync("patients", Rules);

        foreach (string suite in (string[])["absent", "patients/2", "no name"])
        {
            string? refused = await host.RegisterAsync(1, suite);
            Assert.StartsWith("refused: ", refused, StringComparison.Ordinal);
            Assert.Contains($"'{suite}'", refused, StringComparison.Ordinal);
        }

        Assert.StartsWith("refused: ", await host.DropAsync("y", "absent"), StringComparison.Ordinal);
    }

    private async Task<ValidationHost> ServedAsync()
    {
        ValidationHost host = await ValidationHost.StartAsync(azurite);
        await host.PutSuiteAsync("patients", Rules);
        await host.ServeAsync(Models.Columns().ToBytes(), "patients/1");
        return host;
    }
}
