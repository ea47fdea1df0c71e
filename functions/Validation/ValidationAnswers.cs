using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Http;
using Tidemark.Validation.Expectations;
using Tidemark.Validation.Store;
using Tidemark.Validation.Suites;

namespace Tidemark.Validation;

/// <summary>Answers of the slice's routes.</summary>
internal static class ValidationAnswers
{
    public static Answer<JsonObject> Of(JsonObject json) => new(json, ValidationJson.Default.JsonObject);

    /// <summary>The result, or 202 with the place where it will be, or the state <c>failed</c> with the reason.</summary>
    public static IResult Of(ValidationTicket ticket) => ticket.Result is { } result
        ? Of(result)
        : ticket.Failure is { } failure
        ? Of(new JsonObject { ["id"] = ticket.Id, ["status"] = "failed", ["title"] = failure.Title, ["detail"] = failure.Detail })
        : new Answer<JsonObject>(
            new JsonObject { ["id"] = ticket.Id, ["status"] = "running" }, ValidationJson.Default.JsonObject, StatusCodes.Status202Accepted, location: $"/api/validations/{ticket.Id}");

    /// <summary>A stored suite, with what would go wrong in it whatever the data.</summary>
    public static Answer<JsonObject> Of(StoredSuite stored) => new(
        new JsonObject
        {
            ["version"] = stored.Version,
            ["created"] = stored.Created,
            ["createdBy"] = stored.By,
            ["suite"] = SuiteJson.Write(stored.Suite),
            ["problems"] = Problems(stored.Suite),
        },
        ValidationJson.Default.JsonObject,
        etag: stored.Tag);

    private static JsonArray Problems(ExpectationSuite suite)
    {
        var problems = new JsonArray();
        for (int i = 0; i < suite.Expectations.Count; i++)
        {
            ExpectationConfiguration expectation = suite.Expectations[i];
            bool open = expectation.Kwargs.ToJsonString().Contains("$PARAMETER", StringComparison.Ordinal);
            Fault? fault = expectation.Fault ?? (open ? null : ExpectationCatalog.Create(expectation.Type, expectation.Kwargs, ResultFormat.Default).Fault);
            if (fault is not null)
                problems.Add(new JsonObject { ["expectation"] = i, ["type"] = expectation.Type, ["problem"] = fault.ToString() });
        }

        return problems;
    }
}

[JsonSerializable(typeof(JsonObject))]
internal sealed partial class ValidationJson : JsonSerializerContext;
