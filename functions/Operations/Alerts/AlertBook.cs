using Tidemark.Platform.Errors;

namespace Tidemark.Operations.Alerts;

/// <summary>Shows alerts and notes who takes care of them.</summary>
public sealed class AlertBook(AlertTable table, TimeProvider time)
{
    private const int MaxTries = 5;

    public async Task<AlertPage> PageAsync(AlertPageRequest page, CancellationToken cancellation)
    {
        var rows = new List<AlertRow>();
        await foreach (AlertRow row in table.AlertsAsync(page.After, page.Filter, page.Limit + 1, cancellation))
        {
            rows.Add(row);
            if (rows.Count > page.Limit)
                break;
        }

        return new([.. rows.Take(page.Limit).Select(AlertView.Of)], rows.Count > page.Limit ? AlertPageRequest.CursorAfter(rows[page.Limit - 1]) : null);
    }

    public async Task<Outcome<AlertRow>> FindAsync(AlertId id, CancellationToken cancellation) =>
        await table.AlertAsync(id.ToString(), cancellation) is { } row
            ? row
            : new Failure(FailureKind.NotFound, "Unknown alert", $"There is no alert '{id}'. GET /api/alerts lists those that are there.");

    /// <summary>Repeating the same acknowledgement changes nothing; another's is not overwritten.</summary>
    public async Task<Outcome<AlertRow>> AcknowledgeAsync(Acknowledgement wish, CancellationToken cancellation)
    {
        for (int i = 0; i < MaxTries; i++)
        {
            Outcome<AlertRow> found = await FindAsync(wish.Alert, cancellation);
            if (!found.Ok)
                return found;
            AlertRow row = found.Value;
            if (row.AcknowledgedAt is not null)
                return row.AcknowledgedBy == wish.By.ToString() && row.AcknowledgedNote == wish.Note ? row : Taken(row);
            if (!wish.Condition.Holds(row.Tag))
                return Changed(row);
            (row.AcknowledgedAt, row.AcknowledgedBy, row.AcknowledgedNote) = (time.GetUtcNow(), wish.By.ToString(), wish.Note);
            if (await table.TryWriteAsync([row], [], cancellation))
                return await FindAsync(wish.Alert, cancellation);
        }

        return new Failure(FailureKind.Unavailable, "Too many changes at once", $"Others kept changing alert '{wish.Alert}'. Try again.") { RetryAfter = TimeSpan.FromSeconds(1) };
    }

    private static Failure Taken(AlertRow row) => new(
        FailureKind.Conflict, "Alert acknowledged", $"'{row.AcknowledgedBy}' has acknowledged alert '{row.Id}' at {row.AcknowledgedAt:yyyy-MM-ddTHH:mm:ssZ}{(row.AcknowledgedNote is { Length: > 0 } note ? $": {note}" : ".")}");

    private static Failure Changed(AlertRow row) => new(
        FailureKind.PreconditionFailed, "Alert has changed", $"Alert '{row.Id}' has changed since, and its ETag is {row.Tag} now. Look at it, then send If-Match: {row.Tag} if you still take care of it.");
}
