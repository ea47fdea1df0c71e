using System.Globalization;
using Microsoft.Extensions.Logging;
using Tidemark.Registry;
using Tidemark.Retraining.Policies;
using Tidemark.Retraining.Records;

namespace Tidemark.Retraining.Admitting;

/// <summary>Finds what is due by the clock: slots of the policies' schedules, and retrainings whose orchestration never began because a host died.</summary>
public sealed partial class DueRetrainings(ModelDirectory models, PolicyStore policies, Admission admission, RetrainingRecords records, TimeProvider clock, ILogger<DueRetrainings> logger)
{
    /// <value>How far back a slot that nobody saw is made up. One day.</value>
    private static readonly TimeSpan CatchUp = TimeSpan.FromDays(1);

    /// <summary>Retrainings whose orchestration is to begin.</summary>
    public async Task<IReadOnlyList<RetrainingRow>> FindAsync(CancellationToken cancellation)
    {
        var known = await models.ListAsync(cancellation);
        if (!known.Ok) throw new TimeoutException(known.Failure.Detail);
        foreach (ModelName model in known.Value) await AdmitSlotAsync(model, cancellation);
        return [.. (await records.ListAsync(null, cancellation)).Where(r => r.State == RetrainingState.Requested)];
    }

    private async Task AdmitSlotAsync(ModelName model, CancellationToken cancellation)
    {
        if (await policies.CurrentAsync(model, cancellation) is not { } stored) return;
        var policy = stored.Stored.Read();
        if (!policy.Ok)
        {
            LogUnreadable(model, policy.Failure.Detail);
            return;
        }

        DateTimeOffset now = clock.GetUtcNow(), since = stored.Stored.Saved > now - CatchUp ? stored.Stored.Saved : now - CatchUp;
        if (policy.Value.Triggers.Cron is not { } cron || CronSchedule.Parse(cron).Value?.Last(since, now) is not { } slot) return;
        string at = slot.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture);
        await admission.AdmitOrNoteAsync(new(model, $"cron|{at}", RetrainingWish.Cron, $"The schedule '{cron}' was due at {at}.", new Dictionary<string, string> { ["slot"] = at }, RetrainingWish.Cron, slot), cancellation);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The retraining policy of {Model} can't be read; its schedule is not followed: {Reason}")]
    private partial void LogUnreadable(ModelName model, string reason);
}
