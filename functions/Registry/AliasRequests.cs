using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;

namespace Tidemark.Registry;

/// <summary>A promotion as it was asked for.</summary>
public sealed record Promotion(AliasMove Move, ModelVersion Version);

/// <summary>Reads requests that move an alias.</summary>
internal static class AliasRequests
{
    private const string KeyHeader = "Idempotency-Key";
    private const int MaxKey = 255;
    private const int MaxReason = 1000;

    public static async Task<Outcome<Promotion>> PromotionAsync(HttpRequest request, AliasReference alias, CancellationToken cancellation)
    {
        var condition = Precondition.Of(request);
        if (!condition.Ok) return condition.Failure;
        if (condition.Value is null) return NoCondition(alias);

        var body = await BodyAsync(request, RegistryJson.Default.AliasRequest, new AliasRequest(null, null), cancellation);
        if (!body.Ok) return body.Failure;
        if (body.Value.Version is null) return Malformed("version", "it is missing; send {\"version\": \"2\"}, optionally with a \"reason\"");
        return ModelVersion.Parse(body.Value.Version).Then(version =>
            Move(request, alias, MoveKind.Promotion, condition.Value, body.Value.Reason).Map(move => new Promotion(move, version)));
    }

    public static async Task<Outcome<AliasMove>> RollbackAsync(HttpRequest request, ModelName model, CancellationToken cancellation)
    {
        var condition = Precondition.Of(request);
        if (!condition.Ok) return condition.Failure;

        var body = await BodyAsync(request, RegistryJson.Default.RollbackRequest, new RollbackRequest(null, null), cancellation);
        return body.Then(b => (b.Alias is null ? AliasName.Champion : AliasName.Parse(b.Alias)).Then(alias =>
            Move(request, new AliasReference(model, alias), MoveKind.Rollback, condition.Value, b.Reason)));
    }

    private static Outcome<AliasMove> Move(HttpRequest request, AliasReference alias, MoveKind kind, Precondition? condition, string? reason)
    {
        string? key = request.Headers[KeyHeader].ToString() is { Length: > 0 } text ? text : null;
        if (key?.Length > MaxKey) return new Failure(FailureKind.Malformed, "Key too long", $"The header {KeyHeader} has {key.Length} characters; at most {MaxKey} are kept.");
        if (reason?.Length > MaxReason) return Malformed("reason", $"it has {reason.Length} characters; at most {MaxReason} are kept");
        return Actor.Of(request).Map(by => new AliasMove(alias.Model, alias.Alias, kind, condition, by, reason, key));
    }

    private static async Task<Outcome<T>> BodyAsync<T>(HttpRequest request, JsonTypeInfo<T> type, T empty, CancellationToken cancellation) where T : class
    {
        if (request.ContentLength is 0 || (request.ContentLength is null && !request.Headers.ContainsKey("Transfer-Encoding"))) return empty;
        try
        {
            return await JsonSerializer.DeserializeAsync(request.Body, type, cancellation) ?? empty;
        }
        catch (JsonException e)
        {
            return Malformed(e.Path is null or "$" ? "body" : e.Path[2..], "it is not what belongs there; send one JSON object with texts");
        }
    }

    private static Failure Malformed(string field, string why) => new(FailureKind.Malformed, "Unreadable request", $"The field '{field}' can't be used: {why}.")
    {
        Errors = [new FieldError(field, why)],
    };

    private static Failure NoCondition(AliasReference alias) => new(
        FailureKind.PreconditionRequired, "Condition required",
        $"Moving alias '{alias.Alias}' of model '{alias.Model}' needs the header If-Match with the ETag of GET /api/models/{alias.Model}/aliases/{alias.Alias}, or If-None-Match: * to set it for the first time.");
}

/// <summary>What is asked of an alias's history.</summary>
/// <param name="At">The instant, or null for the list.</param>
/// <param name="After">Sequence number after which the list begins.</param>
public sealed record HistoryRequest(ModelName Model, AliasName Alias, DateTimeOffset? At, long After)
{
    public static Outcome<HistoryRequest> Of(string model, HttpRequest request)
    {
        string alias = request.Query["alias"].ToString() is { Length: > 0 } named ? named : AliasName.Champion.ToString();
        string cursor = request.Query["cursor"].ToString();
        // A '+' that was not percent-encoded has become a blank.
        string at = request.Query["at"].ToString().Replace(' ', '+');

        DateTimeOffset instant = default;
        if (at.Length > 0 && !DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out instant))
            return new Failure(FailureKind.Malformed, "Not a time", $"'{at}' is not a time. Write it as 2026-11-20T12:00:00Z.");
        long after = 0;
        if (cursor.Length > 0 && (!long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out after) || after > 9_999_999_999))
            return new Failure(FailureKind.Malformed, "Not a cursor", "The cursor is not one that this service gave out. Send the 'next' of the last page, or none to begin anew.");

        return AliasReference.Parse(model, alias).Map(a => new HistoryRequest(a.Model, a.Alias, at.Length > 0 ? instant : null, after));
    }
}
