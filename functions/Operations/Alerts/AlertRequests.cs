using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Azure.Data.Tables;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Alerts;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Registry;

namespace Tidemark.Operations.Alerts;

/// <summary>The id of an alert: 64 lower-case hexadecimal digits.</summary>
public readonly partial record struct AlertId
{
    private readonly string? text;

    private AlertId(string text) => this.text = text;

    public static Outcome<AlertId> Parse(string? text) => text is not null && Rule().IsMatch(text)
        ? new AlertId(text)
        : new Failure(FailureKind.Malformed, "Not an alert id", "The id of an alert is 64 lower-case hexadecimal digits; GET /api/alerts lists alerts with theirs.");

    public override string ToString() => text ?? throw new InvalidOperationException("An AlertId comes from Parse.");

    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex Rule();
}

/// <summary>Which alerts are asked for; null = any.</summary>
public sealed record AlertFilter(ModelName? Model, AlertState? State, AlertSeverity? Severity)
{
    /// <summary>What to add to a table query.</summary>
    public string Query => string.Concat(
        Model is { } model ? TableClient.CreateQueryFilter($" and Model eq {model.ToString()}") : "",
        State is { } state ? TableClient.CreateQueryFilter($" and State eq {state.ToString()}") : "",
        Severity is { } severity ? TableClient.CreateQueryFilter($" and Severity eq {severity.ToString()}") : "");
}

/// <summary>A page of alerts as asked for: <c>?model=</c>, <c>?state=</c>, <c>?severity=</c>, <c>?cursor=</c>, <c>?limit=</c> (1 to 100, else 50).</summary>
/// <param name="After">Key of the last row seen.</param>
public sealed partial record AlertPageRequest(AlertFilter Filter, string After, int Limit)
{
    private const int MaxLimit = 100;
    private const int DefaultLimit = 50;

    public static Outcome<AlertPageRequest> Of(HttpRequest request)
    {
        string model = request.Query["model"].ToString(), limit = request.Query["limit"].ToString();
        Outcome<ModelName> name = model.Length > 0 ? ModelName.Parse(model) : default;
        if (!name.Ok)
            return name.Failure;
        Outcome<AlertState?> state = Word<AlertState>("state", request.Query["state"].ToString());
        Outcome<AlertSeverity?> severity = Word<AlertSeverity>("severity", request.Query["severity"].ToString());
        Outcome<string> after = Cursor(request.Query["cursor"].ToString());
        int count = DefaultLimit;
        if (limit.Length > 0 && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > MaxLimit))
            return new Failure(FailureKind.Malformed, "Not a limit", $"The limit '{limit}' is not a whole number from 1 to {MaxLimit}.");
        return state.Then(s => severity.Then(v => after.Map(a => new AlertPageRequest(new(model.Length > 0 ? name.Value : null, s, v), a, count))));
    }

    /// <summary>The opaque cursor of the page after <paramref name="last"/>.</summary>
    public static string CursorAfter(AlertRow last) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(last.RowKey));

    private static Outcome<string> Cursor(string cursor)
    {
        if (cursor.Length == 0)
            return AlertRow.Prefix;
        byte[] bytes = new byte[cursor.Length];
        return Base64Url.IsValid(cursor) && Base64Url.TryDecodeFromChars(cursor, bytes, out int written) && Encoding.UTF8.GetString(bytes, 0, written) is var key && RowKey().IsMatch(key)
            ? key
            : new Failure(FailureKind.Malformed, "Not a cursor", "The cursor is not one that this service gave out. Send the 'next' of the last page, or none to begin anew.");
    }

    private static Outcome<T?> Word<T>(string parameter, string text) where T : struct, Enum
    {
        if (text.Length == 0)
            return (T?)null;
        return text.All(char.IsAsciiLetterLower) && Enum.TryParse(text, ignoreCase: true, out T value)
            ? (T?)value
            : new Failure(FailureKind.Malformed, $"Not a {parameter}", $"The {parameter} '{text}' is none of: {string.Join(", ", Enum.GetNames<T>()).ToLowerInvariant()}.");
    }

    [GeneratedRegex(@"\Aat:[0-9]{19}:[0-9a-f]{64}\z")]
    private static partial Regex RowKey();
}

/// <summary>Somebody says that he has seen an alert and takes care.</summary>
public sealed record Acknowledgement(AlertId Alert, Actor By, string? Note, Precondition Condition)
{
    private const int LongestNote = 2000;

    public static async Task<Outcome<Acknowledgement>> OfAsync(HttpRequest request, AlertId alert, CancellationToken cancellation)
    {
        Outcome<Precondition?> condition = Precondition.Of(request);
        if (!condition.Ok)
            return condition.Failure;
        if (condition.Value is null or { OnlyIfAbsent: true })
            return new Failure(FailureKind.PreconditionRequired, "Condition required", $"Acknowledging an alert needs the header If-Match with the ETag of GET /api/alerts/{alert}.");
        Outcome<byte[]> bytes = await JsonBody.BytesAsync(request, cancellation);
        Outcome<string?> note = bytes.Then(b => b.Length == 0 ? (string?)null : JsonBody.Parse(b).Then(NoteOf));
        return note.Then(n => Actor.Of(request).Map(by => new Acknowledgement(alert, by, n, condition.Value)));
    }

    private static Outcome<string?> NoteOf(JsonElement body)
    {
        if (!body.TryGetProperty("note", out JsonElement note) || note.ValueKind == JsonValueKind.Null)
            return (string?)null;
        return note.ValueKind == JsonValueKind.String && note.GetString() is { Length: <= LongestNote } text
            ? text
            : new Failure(FailureKind.Malformed, "Unreadable request", $"The field 'note' must be a text of at most {LongestNote} characters.");
    }
}
