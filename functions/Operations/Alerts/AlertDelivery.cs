using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Tidemark.Operations.Alerts;

/// <summary>
/// Tells alerts to their webhook, each at least once, until it takes them, refuses them or the time for that is up. What is to be told stands in
/// the outbox; a claim of it (<see cref="DueRow.NotBefore"/> in the future) keeps two hosts from telling the same.
/// </summary>
public sealed partial class AlertDelivery(
    AlertTable table, AlertPolicies policies, Webhook webhook, IOptions<AlertOptions> options, AlertInstruments instruments, TimeProvider time, ILogger<AlertDelivery> logger)
{
    private const int MaxTries = 20;
    private const int MostAtOnce = 8;
    private const int MostInASweep = 200;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    /// <summary>How long a claim lasts: longer than a post and what is written around it.</summary>
    public TimeSpan Hold => options.Value.Timeout + TimeSpan.FromSeconds(20);

    /// <summary>Tells what is due.</summary>
    public async Task SweepAsync(CancellationToken cancellation)
    {
        var due = new List<DueRow>();
        await foreach (DueRow row in table.DueAsync(time.GetUtcNow(), cancellation))
        {
            due.Add(row);
            if (due.Count == MostInASweep)
                break;
        }

        instruments.Waiting(due.Count);
        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancellation }, async (row, stop) =>
        {
            row.NotBefore = time.GetUtcNow() + Hold;
            if (await table.TryWriteAsync([row], [], stop))
                await TellAsync(row.Id, stop);
        });
    }

    /// <summary>Posts an alert that this caller has claimed, and writes down what came of it.</summary>
    internal async Task TellAsync(string id, CancellationToken cancellation)
    {
        if (await table.AlertAsync(id, cancellation) is not { State: AlertState.Pending } alert)
            return;
        AlertPolicy policy = await policies.OfAsync(alert.Model, cancellation);
        PostResult result = policy.Webhook is { } address
            ? await webhook.PostAsync(address, alert, cancellation)
            : new PostResult(PostOutcome.Refused, "No webhook is set any more.");
        for (int i = 0; i < MaxTries && !await TryNoteAsync(id, result, cancellation); i++)
            LogAgain(id);
    }

    /// <summary>Writes down what came of a post; false when another changed the alert meanwhile.</summary>
    private async Task<bool> TryNoteAsync(string id, PostResult result, CancellationToken cancellation)
    {
        DueRow? due = await table.GetAsync<DueRow>(DueRow.Key(id), cancellation);
        if (due is null || await table.AlertAsync(id, cancellation) is not { State: AlertState.Pending } alert)
            return true;
        DateTimeOffset now = time.GetUtcNow();
        alert.Attempts++;
        alert.Reason = result.Reason;
        switch (result.Outcome)
        {
            case PostOutcome.Taken:
                (alert.State, alert.Delivered) = (AlertState.Delivered, now);
                return await EndAsync(alert, due, cancellation);
            case PostOutcome.Later when now - alert.Received < options.Value.GiveUpAfter:
                due.NotBefore = now + (result.After ?? Pause(alert.Attempts));
                return await table.TryWriteAsync([alert, due], [], cancellation);
            default:
                alert.State = AlertState.Failed;
                return await EndAsync(alert, due, cancellation);
        }
    }

    /// <summary>Takes the alert out of the outbox. Nobody heard of one that failed, so that it keeps no other quiet.</summary>
    private async Task<bool> EndAsync(AlertRow alert, DueRow due, CancellationToken cancellation)
    {
        List<AlertTableRow> gone = [due];
        if (alert.State == AlertState.Failed && await table.GetAsync<QuietRow>(QuietRow.Key(alert.Model, alert.Kind, alert.Subject), cancellation) is { } quiet && quiet.Alert == alert.Id)
            gone.Add(quiet);
        if (!await table.TryWriteAsync([alert], gone, cancellation))
            return false;
        instruments.Ended(alert);
        if (alert.State == AlertState.Failed)
            LogFailed(alert.Id, alert.Attempts, alert.Reason);
        return true;
    }

    private static TimeSpan Pause(int attempts)
    {
        TimeSpan pause = FirstPause * Math.Pow(2, Math.Min(attempts - 1, 10));
        return pause < LongestPause ? pause : LongestPause;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Alert {Id} changed while it was told; what came of it is written again")]
    private partial void LogAgain(string id);

    [LoggerMessage(Level = LogLevel.Error, Message = "Alert {Id} could not be told after {Attempts} tries and is not tried again: {Reason}")]
    private partial void LogFailed(string id, int attempts, string? reason);
}
