using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Errors;
using Tidemark.Registry;
using Tidemark.Retraining.Datasets;

namespace Tidemark.Retraining.Records;

/// <summary>Shows retrainings.</summary>
public sealed class RetrainingBook(RetrainingRecords records, DatasetFreezer datasets)
{
    private const int UsualLimit = 50, MostLimit = 100;

    public async Task<Outcome<RetrainingView>> FindAsync(string id, CancellationToken cancellation)
    {
        var parsed = RetrainingId.Parse(id);
        var row = await parsed.ThenAsync(i => records.ReadAsync(i, cancellation));
        if (!row.Ok) return row.As<RetrainingView>();
        return RetrainingView.Of(row.Value, records.Now) with { Dataset = await datasets.FindAsync(parsed.Value, cancellation) is { } frozen ? frozen with { Sources = [.. frozen.Sources.TakeLast(MostLimit)] } : null };
    }

    /// <summary>Newest first; <c>?model=</c>, <c>?state=</c>, <c>?limit=</c> (1 to 100, else 50), <c>?cursor=</c>.</summary>
    public async Task<Outcome<RetrainingPage>> PageAsync(HttpRequest request, CancellationToken cancellation)
    {
        string model = request.Query["model"].ToString(), state = request.Query["state"].ToString(), limit = request.Query["limit"].ToString();
        Outcome<ModelName> name = model.Length > 0 ? ModelName.Parse(model) : default;
        if (!name.Ok) return name.Failure;
        RetrainingState? wanted = Enum.GetValues<RetrainingState>().Where(s => RetrainingView.Word(s) == state).Select(s => (RetrainingState?)s).FirstOrDefault();
        if (state.Length > 0 && wanted is null) return new Failure(FailureKind.Malformed, "Not a state", $"The state '{state}' is none of {string.Join(", ", Enum.GetValues<RetrainingState>().Select(RetrainingView.Word))}.");
        int count = UsualLimit;
        if (limit.Length > 0 && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > MostLimit))
            return new Failure(FailureKind.Malformed, "Not a limit", $"The limit '{limit}' is not a whole number from 1 to {MostLimit}.");
        var after = Cursor(request.Query["cursor"].ToString());
        if (!after.Ok) return after.Failure;

        var rows = (await records.ListAsync(model.Length > 0 ? name.Value : null, cancellation)).Where(r => wanted is null || r.State == wanted)
            .Where(r => after.Value is not { } last || r.Created < last.Created || (r.Created == last.Created && string.CompareOrdinal(r.RowKey, last.Key) > 0)).Take(count + 1).ToList();
        return new RetrainingPage([.. rows.Take(count).Select(r => RetrainingView.Of(r, records.Now))], rows.Count > count ? CursorAfter(rows[count - 1]) : null);
    }

    private static string CursorAfter(RetrainingRow row) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{row.Created.UtcTicks}|{row.RowKey}")));

    private static Outcome<(DateTimeOffset Created, string Key)?> Cursor(string text)
    {
        if (text.Length == 0) return default((DateTimeOffset, string)?);
        byte[] bytes = new byte[text.Length];
        string[] parts = Base64Url.IsValid(text) && Base64Url.TryDecodeFromChars(text, bytes, out int written) ? Encoding.UTF8.GetString(bytes, 0, written).Split('|') : [];
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long ticks) && ticks <= DateTimeOffset.MaxValue.UtcTicks && RetrainingId.Parse(parts[1]).Ok
            ? (new DateTimeOffset(ticks, TimeSpan.Zero), parts[1])
            : new Failure(FailureKind.Malformed, "Not a cursor", "The cursor is not one that this service gave out. Send the 'next' of the last page, or none to begin anew.");
    }
}
