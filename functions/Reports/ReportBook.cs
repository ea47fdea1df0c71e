using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Platform.Pages;
using Tidemark.Registry;

namespace Tidemark.Reports;

/// <summary>Lists and shows reports.</summary>
public sealed class ReportBook(ReportStore store)
{
    private const int MaxLimit = 100;
    private const int DefaultLimit = 30;

    /// <summary>Newest first; <c>?model=</c>, <c>?cursor=</c>, <c>?limit=</c>.</summary>
    public async Task<Outcome<ReportPageView>> PageAsync(HttpRequest request, CancellationToken cancellation)
    {
        Outcome<ModelName> model = ModelName.Parse(request.Query["model"].ToString());
        Outcome<ReportId?> after = Cursor(request.Query["cursor"].ToString());
        string limit = request.Query["limit"].ToString();
        int count = DefaultLimit;
        if (!model.Ok || !after.Ok)
            return model.Failure ?? after.Failure!;
        if (limit.Length > 0 && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > MaxLimit))
            return new Failure(FailureKind.Malformed, "Not a limit", $"The limit '{limit}' is not a whole number from 1 to {MaxLimit}.");
        ReportSummary[] rest = [.. (await store.ListAsync(model.Value, cancellation))
            .OrderByDescending(r => (r.From, r.To))
            .Where(r => after.Value is not { } last || (r.From, r.To).CompareTo((last.From, last.To)) < 0)];
        return new ReportPageView([.. rest.Take(count)], rest.Length > count ? Base64Url.EncodeToString(Encoding.UTF8.GetBytes(rest[count - 1].Id)) : null);
    }

    public async Task<IResult> ShowAsync((ReportId Id, string Form) wish, CancellationToken cancellation)
    {
        BinaryData? json = await store.ReadAsync(wish.Id, "json", cancellation);
        BinaryData? found = json is not null && wish.Form == "html" ? await store.ReadAsync(wish.Id, "html", cancellation) : json;
        if (found is null)
            return new Problem(new(FailureKind.NotFound, "No such report", $"There is no report '{wish.Id}'. GET /api/reports?model={wish.Id.Model} lists those that are there, POST /api/reports makes one."));
        return wish.Form == "html" ? new PageAnswer(found.ToString()) : TypedResults.Text(found.ToString(), "application/json", Encoding.UTF8);
    }

    private static Outcome<ReportId?> Cursor(string cursor)
    {
        if (cursor.Length == 0)
            return (ReportId?)null;
        byte[] bytes = new byte[cursor.Length];
        return Base64Url.IsValid(cursor) && Base64Url.TryDecodeFromChars(cursor, bytes, out int written) && ReportId.Parse(Encoding.UTF8.GetString(bytes, 0, written)) is { Ok: true } id
            ? (ReportId?)id.Value
            : new Failure(FailureKind.Malformed, "Not a cursor", "The cursor is not one that this service gave out. Send the 'next' of the last page, or none to begin anew.");
    }
}
