using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Errors;

namespace Tidemark.Registry;

/// <summary>Which page of models is asked for: <c>?cursor=</c> and <c>?limit=</c>.</summary>
/// <param name="After">The last name seen; empty at the beginning.</param>
/// <param name="Limit">Models on the page, 1 to 100; 50 when not said.</param>
public readonly record struct ModelPageRequest(string After, int Limit)
{
    private const int MaxLimit = 100;
    private const int DefaultLimit = 50;

    public static Outcome<ModelPageRequest> Of(HttpRequest request) => Parse(request.Query["cursor"], request.Query["limit"]);

    public static Outcome<ModelPageRequest> Parse(string? cursor, string? limit)
    {
        int count = DefaultLimit;
        if (!string.IsNullOrEmpty(limit) && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > MaxLimit))
            return new Failure(FailureKind.Malformed, "Not a limit", $"The limit '{limit}' is not a whole number from 1 to {MaxLimit}.");
        if (string.IsNullOrEmpty(cursor)) return new ModelPageRequest("", count);

        byte[] bytes = new byte[cursor.Length];
        if (Base64Url.IsValid(cursor) && Base64Url.TryDecodeFromChars(cursor, bytes, out int written)
            && ModelName.Parse(Encoding.UTF8.GetString(bytes, 0, written)) is { Ok: true } name)
        {
            return new ModelPageRequest(name.Value.ToString(), count);
        }

        return new Failure(FailureKind.Malformed, "Not a cursor", "The cursor is not one that this service gave out. Send the 'next' of the last page, or none to begin anew.");
    }

    /// <summary>The opaque cursor of the page after <paramref name="last"/>.</summary>
    public static string CursorAfter(string last) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(last));
}
