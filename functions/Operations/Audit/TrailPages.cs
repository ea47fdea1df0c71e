using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Audit;
using Tidemark.Platform.Errors;

namespace Tidemark.Operations.Audit;

/// <summary>A row as an auditor sees it; the hash is over these fields in the order that <see cref="TrailRow.HashOf"/> tells.</summary>
public sealed record TrailEntry(
    long Sequence, string At, string Actor, string Action, string Subject, string Decision, string Correlation, string Token, string Previous, string Hash)
{
    public static TrailEntry Of(TrailRow row) =>
        new(row.Sequence, row.At, row.Actor, row.Action, row.Subject, row.Decision, row.Correlation, row.Token, row.Previous, row.Hash);
}

/// <param name="Next">Where the next page begins: <c>?from=</c>; null when there is none yet.</param>
public sealed record TrailPage(IReadOnlyList<TrailEntry> Rows, long? Next);

/// <summary>Rows from a sequence on: <c>?from=</c> (else 1), <c>?limit=</c> (1 to 1000, else 100).</summary>
public sealed record TrailPageRequest(long From, int Limit)
{
    private const int MaxLimit = 1000;
    private const int DefaultLimit = 100;

    public static Outcome<TrailPageRequest> Of(HttpRequest request)
    {
        (long from, int limit) = (1, DefaultLimit);
        if (request.Query["from"].ToString() is { Length: > 0 } place && (!long.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out from) || from < 1))
            return new Failure(FailureKind.Malformed, "Not a sequence", $"'from' is '{place}'; send the sequence of a row, 1 or more.");
        if (request.Query["limit"].ToString() is { Length: > 0 } count && (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MaxLimit))
            return new Failure(FailureKind.Malformed, "Not a limit", $"The limit '{count}' is not a whole number from 1 to {MaxLimit}.");
        return new TrailPageRequest(from, limit);
    }
}

public sealed class TrailPages(AuditTrail trail)
{
    public async Task<Outcome<TrailPage>> ReadAsync(TrailPageRequest page, CancellationToken cancellation)
    {
        var rows = new List<TrailEntry>();
        await foreach (TrailRow row in trail.RowsAsync(page.From, Math.Min(page.Limit + 1, 1000), cancellation))
        {
            if (rows.Count == page.Limit) return new TrailPage(rows, row.Sequence);
            rows.Add(TrailEntry.Of(row));
        }

        return new TrailPage(rows, null);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TrailPage))]
[JsonSerializable(typeof(TrailVerdict))]
internal sealed partial class TrailJson : JsonSerializerContext;
