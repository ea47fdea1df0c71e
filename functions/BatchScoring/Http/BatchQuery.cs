using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tidemark.BatchScoring.Jobs;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;
using Tidemark.Registry;

namespace Tidemark.BatchScoring.Http;

/// <summary>Which jobs are asked for: <c>?model=</c>, <c>?state=</c>, <c>?source=container/path</c>, <c>?limit=</c>, <c>?cursor=</c>.</summary>
public sealed record BatchQuery(string? Model, string? Source, BatchState? State, int Limit, string? After)
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 100;

    public static Outcome<BatchQuery> Of(HttpRequest request) =>
        Parse(request.Query["model"], request.Query["source"], request.Query["state"], request.Query["limit"], request.Query["cursor"]);

    public static Outcome<BatchQuery> Parse(string? model, string? source, string? state, string? limit, string? cursor)
    {
        Outcome<ModelName> name = ModelName.Parse(string.IsNullOrEmpty(model) ? "any-model" : model);
        Outcome<BlobReference> file = BlobReference.Parse(string.IsNullOrEmpty(source) ? "incoming/any" : source);
        if ((name.Failure ?? file.Failure) is { } failure)
            return failure;
        BatchState found = default;
        if (!string.IsNullOrEmpty(state) && (!Enum.TryParse(state, ignoreCase: true, out found) || char.IsAsciiDigit(state[0])))
            return new Failure(FailureKind.Malformed, "Not a state", $"'{Short(state)}' is not a state of a batch: send one of {string.Join(", ", Enum.GetNames<BatchState>())}.");
        int count = DefaultLimit;
        if (!string.IsNullOrEmpty(limit) && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > MaxLimit))
            return new Failure(FailureKind.Malformed, "Not a limit", $"The limit '{Short(limit)}' is not a whole number from 1 to {MaxLimit}.");
        string? after = AfterOf(cursor);
        if (!string.IsNullOrEmpty(cursor) && after is null)
            return new Failure(FailureKind.Malformed, "Not a cursor", "The cursor is not one that this service gave out. Send the 'next' of the last page, or none to begin anew.");
        return new BatchQuery(string.IsNullOrEmpty(model) ? null : model, string.IsNullOrEmpty(source) ? null : source, string.IsNullOrEmpty(state) ? null : found, count, after);
    }

    /// <summary>The opaque cursor of the page after the row of this key.</summary>
    public static string CursorAfter(string rowKey) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(rowKey));

    private static string? AfterOf(string? cursor)
    {
        if (string.IsNullOrEmpty(cursor) || cursor.Length > 400 || !Base64Url.IsValid(cursor))
            return null;
        string key = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor));
        return key.StartsWith(RecentRow.Prefix, StringComparison.Ordinal) && key.All(c => char.IsAsciiLetterOrDigit(c) || c == ':') ? key : null;
    }

    private static string Short(string text) => text.Length <= 80 ? text : text[..80] + "…";
}
