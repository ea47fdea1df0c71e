using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;
using Tidemark.Platform.Tabular;
using Tidemark.Validation.Expectations;
using Tidemark.Validation.Logs;
using Tidemark.Validation.Store;
using Tidemark.Validation.Suites;

namespace Tidemark.Validation;

/// <summary>
/// A request to validate: a suite written out (<c>suite</c>) or stored (<c>model</c>, <c>suiteName</c>, perhaps <c>suiteVersion</c>), and data:
/// <c>rows</c>, <c>columns</c>, <c>blob</c> or <c>log</c>, a day of the prediction log, which needs no suite: the version names one.
/// </summary>
/// <param name="Suite">The suite written out, or null.</param>
/// <param name="Stored">The stored suite meant, or null.</param>
/// <param name="Table">Data in the request, or null.</param>
/// <param name="Blob">Data in storage, or null.</param>
/// <param name="Log">A day of the prediction log, or null.</param>
/// <param name="Options">How to run and how much to tell.</param>
public sealed record ValidationRequest(ExpectationSuite? Suite, SuiteReference? Stored, Table? Table, BlobReference? Blob, LogDay? Log, RunOptions Options)
{
    private static readonly string[] Known = ["suite", "suiteName", "suiteVersion", "model", "rows", "columns", "blob", "log", "resultFormat", "parameters"];
    private static readonly string[] DataFields = ["rows", "columns", "blob", "log"];

    public static Outcome<ValidationRequest> Parse(JsonElement body)
    {
        if (body.EnumerateObject().Select(field => field.Name).FirstOrDefault(name => !Known.Contains(name)) is { } unknown)
            return Malformed(unknown, $"it is not known; a request has {string.Join(", ", Known)}");
        bool written = body.TryGetProperty("suite", out _), named = body.TryGetProperty("suiteName", out _);
        if (written == named && (written || !body.TryGetProperty("log", out _)))
            return Malformed("suite", "send either suite, a Great Expectations suite, or suiteName and model");
        if (DataFields.Count(name => body.TryGetProperty(name, out _)) != 1)
            return Malformed("rows", "send one of rows, columns, blob and log");
        return OptionsOf(body).Then(options => Source(body).Then(source => Data(body).Map(data =>
            new ValidationRequest(source.Suite, source.Stored, data.Table, data.Blob, data.Log, options))));
    }

    private static Outcome<(ExpectationSuite? Suite, SuiteReference? Stored)> Source(JsonElement body)
    {
        if (body.TryGetProperty("suite", out JsonElement suite))
            return SuiteJson.Parse(Node(suite)).Map(parsed => ((ExpectationSuite?)parsed, (SuiteReference?)null));
        if (!body.TryGetProperty("suiteName", out _))
            return ((ExpectationSuite?)null, (SuiteReference?)null);
        string? version = body.TryGetProperty("suiteVersion", out JsonElement number) ? number.ToString() : null;
        return SuiteReference.Parse(Text(body, "model"), Text(body, "suiteName"), version).Map(stored => ((ExpectationSuite?)null, (SuiteReference?)stored));
    }

    private static Outcome<(Table? Table, BlobReference? Blob, LogDay? Log)> Data(JsonElement body)
    {
        if (body.TryGetProperty("blob", out JsonElement blob))
            return BlobReference.Parse(blob.ValueKind == JsonValueKind.String ? blob.GetString() : null).Map(found => ((Table?)null, (BlobReference?)found, (LogDay?)null));
        if (body.TryGetProperty("log", out JsonElement log))
            return LogDay.Parse(log).Map(day => ((Table?)null, (BlobReference?)null, (LogDay?)day));
        Outcome<Table> table = body.TryGetProperty("rows", out JsonElement rows) ? JsonTable.FromRows(rows) : JsonTable.FromColumns(body.GetProperty("columns"));
        return table.Map(read => ((Table?)read, (BlobReference?)null, (LogDay?)null));
    }

    private static Outcome<RunOptions> OptionsOf(JsonElement body)
    {
        JsonNode? format = body.TryGetProperty("resultFormat", out JsonElement asked) ? Node(asked) : null;
        (ResultFormat parsed, Fault? fault) = ResultFormat.Parse(format);
        if (fault is not null)
            return Malformed("resultFormat", fault.Message);
        JsonNode? parameters = body.TryGetProperty("parameters", out JsonElement given) ? Node(given) : new JsonObject();
        return parameters is JsonObject values ? new RunOptions { Format = parsed, Parameters = values } : Malformed("parameters", "send an object of names and values");
    }

    private static JsonNode? Node(JsonElement element) => JsonNode.Parse(element.GetRawText());

    private static string? Text(JsonElement body, string name) =>
        body.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Failure Malformed(string field, string why) => new(FailureKind.Malformed, "Unreadable request", $"The field '{field}' can't be used: {why}.")
    {
        Errors = [new FieldError(field, why)],
    };
}
