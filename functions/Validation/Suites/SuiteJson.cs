using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Json;
using Tidemark.Validation.Expectations;

namespace Tidemark.Validation.Suites;

/// <summary>Reads and writes suites in both forms of Great Expectations.</summary>
public static class SuiteJson
{
    /// <value>Most expectations in a suite. 10,000.</value>
    public const int MostExpectations = 10_000;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    public static Outcome<ExpectationSuite> Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return Parse(JsonNode.Parse(PythonJson.Quoted(utf8), documentOptions: Options));
        }
        catch (JsonException error)
        {
            return Malformed($"The suite is not JSON: {error.Message}");
        }
    }

    /// <param name="node">Read without duplicate names in one object, as <see cref="Parse(ReadOnlySpan{byte})"/> does.</param>
    public static Outcome<ExpectationSuite> Parse(JsonNode? node) =>
        node is JsonObject suite ? FromObject(suite) : Malformed("A suite is a JSON object with a name and expectations.");

    public static JsonObject Write(ExpectationSuite suite)
    {
        bool zero = suite.Form == SuiteForm.Zero;
        var json = new JsonObject
        {
            [zero ? "expectation_suite_name" : "name"] = suite.Name,
            ["expectations"] = new JsonArray(suite.Expectations.Select(e => (JsonNode)Write(e, suite.Form)).ToArray()),
            ["meta"] = suite.Meta.DeepClone(),
        };
        if (suite.Parameters.Count > 0)
            json[zero ? "evaluation_parameters" : "suite_parameters"] = suite.Parameters.DeepClone();
        return json;
    }

    /// <summary>One expectation, as it stands in suites and results.</summary>
    public static JsonObject Write(ExpectationConfiguration expectation, SuiteForm form)
    {
        var json = new JsonObject
        {
            [form == SuiteForm.Zero ? "expectation_type" : "type"] = expectation.Type,
            ["kwargs"] = expectation.Kwargs.DeepClone(),
            ["meta"] = expectation.Meta.DeepClone(),
        };
        foreach ((string name, JsonNode? value) in expectation.Other)
            json[name] = value?.DeepClone();
        return json;
    }

    private static Outcome<ExpectationSuite> FromObject(JsonObject suite)
    {
        SuiteForm form = suite.ContainsKey("expectation_suite_name") ? SuiteForm.Zero : SuiteForm.One;
        string? name = Text(suite["expectation_suite_name"] ?? suite["name"]);
        if (suite["expectations"] is not JsonArray list)
            return Malformed("A suite needs 'expectations', a list.");
        if (list.Count > MostExpectations)
            return new Failure(FailureKind.TooLarge, "Too many expectations", $"The suite has {list.Count} expectations; the most is {MostExpectations}.");
        var expectations = new List<ExpectationConfiguration>(list.Count);
        for (int i = 0; i < list.Count; i++)
        {
            Outcome<ExpectationConfiguration> read = FromItem(list[i], i);
            if (!read.Ok)
                return read.As<ExpectationSuite>();
            expectations.Add(read.Value);
            form = list[i]!.AsObject().ContainsKey("expectation_type") ? SuiteForm.Zero : form;
        }

        return new ExpectationSuite(name ?? "default", expectations)
        {
            Form = form,
            Meta = suite["meta"] is JsonObject meta ? Copy(meta) : [],
            Parameters = (suite["evaluation_parameters"] ?? suite["suite_parameters"]) is JsonObject parameters ? Copy(parameters) : [],
        };
    }

    private static Outcome<ExpectationConfiguration> FromItem(JsonNode? item, int place)
    {
        if (item is not JsonObject expectation || Text(expectation["expectation_type"] ?? expectation["type"]) is not { } type)
            return Malformed($"expectations[{place}] needs 'type' (or 'expectation_type'), the name of an expectation.");
        if (expectation["kwargs"] is not (null or JsonObject))
            return Malformed($"expectations[{place}].kwargs must be an object.");
        JsonObject meta = expectation["meta"] is JsonObject given ? Copy(given) : [];
        var other = new JsonObject(expectation
            .Where(field => field.Key is not ("type" or "expectation_type" or "kwargs" or "meta"))
            .Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())));
        (Severity severity, Fault? wrongSeverity) = ReadSeverity(Text(expectation["severity"] ?? meta["severity"]));
        (RowAction? action, Fault? wrongAction) = RowAction.Parse(meta["row_action"]);
        return new ExpectationConfiguration(type, expectation["kwargs"] is JsonObject kwargs ? Copy(kwargs) : [], meta)
        {
            Severity = severity,
            Action = action,
            Other = other,
            Fault = wrongSeverity ?? wrongAction,
        };
    }

    /// <summary>Great Expectations 1.x says critical for what is an error here.</summary>
    private static (Severity Severity, Fault? Fault) ReadSeverity(string? word) => word switch
    {
        null or "error" or "critical" => (Severity.Error, null),
        "info" => (Severity.Info, null),
        "warning" => (Severity.Warning, null),
        "block" => (Severity.Block, null),
        _ => (Severity.Error, Fault.Value($"severity must be info, warning, error (or critical) or block, not '{word}'.")),
    };

    private static JsonObject Copy(JsonObject node) => node.DeepClone().AsObject();

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static Failure Malformed(string detail) => new(FailureKind.Malformed, "Not an expectation suite", detail);
}
