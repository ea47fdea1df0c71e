using Microsoft.Extensions.Logging;
using Tidemark.Platform.Alerts;

namespace Tidemark.Operations.Alerts;

/// <summary>
/// Takes alerts from the queue: writes each once, together with the note that it is to be told, then tells it. Whatever ends the process in
/// between, the note stays, and <see cref="AlertDelivery.SweepAsync"/> does what is left.
/// </summary>
public sealed partial class AlertIntake(
    AlertTable table, AlertPolicies policies, AlertDelivery delivery, AlertInstruments instruments, TimeProvider time, ILogger<AlertIntake> logger)
{
    private const int MaxTries = 20;

    /// <param name="message">Text of a queue message.</param>
    /// <param name="messageId">Its id, the same when it is taken again.</param>
    /// <param name="cancellation">Ends it between two steps.</param>
    public async Task TakeAsync(string message, string messageId, CancellationToken cancellation)
    {
        AlertMessage read = AlertMessage.Read(message, time.GetUtcNow());
        if (read.Raw is not null)
            LogUnreadable(messageId, read.Alert.Detail);
        string owner = Guid.NewGuid().ToString("N");
        for (int i = 0; i < MaxTries; i++)
        {
            if (await table.AlertAsync(read.Alert.Id, cancellation) is { } known)
            {
                if (known.Owner == owner)
                    await AddedAsync(known, cancellation);
                else if (!await RepeatAsync(known, messageId, cancellation))
                    continue;
                return;
            }

            AlertRow row = RowOf(read, messageId, owner);
            if (!await TryAddAsync(row, cancellation))
                continue;
            await AddedAsync(row, cancellation);
            return;
        }

        throw new InvalidOperationException($"Others kept changing alert {read.Alert.Id}; its message will be taken again.");
    }

    /// <summary>Counts that the same was found again; false when another changed it meanwhile.</summary>
    private async Task<bool> RepeatAsync(AlertRow known, string messageId, CancellationToken cancellation)
    {
        if (known.Message == messageId)
            return true;
        (known.Message, known.Repeats) = (messageId, known.Repeats + 1);
        if (!await table.TryWriteAsync([known], [], cancellation))
            return false;
        instruments.Repeated(known);
        return true;
    }

    private async Task<bool> TryAddAsync(AlertRow row, CancellationToken cancellation)
    {
        AlertPolicy policy = await policies.OfAsync(row.Model, cancellation);
        List<AlertTableRow> rows = [row, new AlertPlace { RowKey = AlertPlace.Key(row.Id), Row = row.RowKey }];
        if (policy.Webhook is null || row.Severity < policy.Least)
        {
            row.State = AlertState.Recorded;
            return await table.TryWriteAsync(rows, [], cancellation);
        }

        string key = QuietRow.Key(row.Model, row.Kind, row.Subject);
        QuietRow quiet = await table.GetAsync<QuietRow>(key, cancellation) ?? new QuietRow { RowKey = key };
        if (row.Received < quiet.Until && row.Severity <= quiet.Severity && await table.AlertAsync(quiet.Alert, cancellation) is { } told)
        {
            (row.State, row.SuppressedBy) = (AlertState.Suppressed, quiet.Alert);
            told.Similar++;
            rows.Add(told);
            return await table.TryWriteAsync(rows, [], cancellation);
        }

        (quiet.Alert, quiet.Severity, quiet.Until) = (row.Id, row.Severity, row.Received + policy.CoolDown);
        rows.Add(quiet);
        rows.Add(new DueRow { RowKey = DueRow.Key(row.Id), NotBefore = row.Received + delivery.Hold });
        return await table.TryWriteAsync(rows, [], cancellation);
    }

    private async Task AddedAsync(AlertRow row, CancellationToken cancellation)
    {
        instruments.Raised(row);
        LogRaised(row.Severity, row.Model, row.Kind, row.Title, row.State, row.Id);
        if (row.State == AlertState.Pending)
            await delivery.TellAsync(row.Id, cancellation);
    }

    private AlertRow RowOf(AlertMessage message, string messageId, string owner) => new()
    {
        RowKey = AlertRow.Key(message.Alert.Time, message.Alert.Id),
        Model = message.Alert.Model,
        Kind = message.Alert.Kind,
        Severity = message.Alert.Severity,
        Title = message.Alert.Title,
        Detail = message.Alert.Detail,
        Subject = message.Alert.Subject,
        Window = message.Alert.Window,
        Found = message.Alert.Time,
        Runbook = message.Alert.Runbook,
        Raw = message.Raw,
        State = AlertState.Pending,
        Message = messageId,
        Owner = owner,
        Received = time.GetUtcNow(),
    };

    [LoggerMessage(Level = LogLevel.Warning, Message = "Message {MessageId} of the queue alerts can't be read and is kept as an alert: {Reason}")]
    private partial void LogUnreadable(string messageId, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Alert ({Severity}) of model {Model}, {Kind}: {Title} ({State}, {Id})")]
    private partial void LogRaised(AlertSeverity severity, string model, string kind, string title, AlertState state, string id);
}
