using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Tidemark.Platform.Errors;
using Tidemark.Registry;
using Tidemark.Retraining.Compute;
using Tidemark.Retraining.Policies;
using Tidemark.Retraining.Records;

namespace Tidemark.Retraining.Admitting;

/// <summary>
/// Decides whether a wish becomes a retraining: the trigger is wanted, none is under way, the cool-down is over, the month's budget holds one more run.
/// The same wish again finds what it became.
/// </summary>
public sealed class Admission(RetrainingRecords records, PolicyStore policies, RegistryTable registry, IOptions<ComputeOptions> computes)
{
    private const int MaxTries = 20, MostAttempts = 1000;

    /// <summary>The retraining that the wish became, now or before; a failure with figures when it may not begin.</summary>
    public Task<Outcome<RetrainingRow>> AdmitAsync(RetrainingWish wish, CancellationToken cancellation) => AdmitAsync(wish, noteRefusal: false, cancellation);

    /// <summary>The same for wishes that nobody waits for: one that may not begin is written down as skipped. Null when there is nothing to write down.</summary>
    public async Task<RetrainingRow?> AdmitOrNoteAsync(RetrainingWish wish, CancellationToken cancellation) => (await AdmitAsync(wish, noteRefusal: true, cancellation)).Value;

    private async Task<Outcome<RetrainingRow>> AdmitAsync(RetrainingWish wish, bool noteRefusal, CancellationToken cancellation)
    {
        for (int i = 0; i < MaxTries; i++)
        {
            TurnRow turn = await records.TurnAsync(wish.Model, cancellation);
            IReadOnlyList<RetrainingRow> known = await records.ListAsync(wish.Model, cancellation);
            RetrainingId id = IdOf(wish, known);
            RetrainingRow? before = known.FirstOrDefault(r => r.RowKey == id.ToString());
            if (before is not null && before.State != RetrainingState.Skipped) return before;
            if (await policies.CurrentAsync(wish.Model, cancellation) is not { } stored) return PolicyStore.Absent(wish.Model);
            Outcome<RetrainingPolicy> policy = stored.Stored.Read();
            if (!policy.Ok) return policy.Failure;
            string? champion = (await registry.AliasAsync(wish.Model, AliasName.Champion, cancellation))?.Version;
            if (Unwanted(wish, policy.Value, champion) is { } unwanted) return unwanted;

            Failure? refusal = Refusal(wish.Model, policy.Value, known, records.Now);
            if (refusal is not null && (!noteRefusal || before is not null)) return refusal;
            RetrainingRow row = Row(id, wish, policy.Value, stored.Stored.Version, champion, refusal);
            row.ETag = before?.ETag ?? default;
            if (await records.TryInsertAsync(row, refusal is null ? turn : null, cancellation)) return row;
        }

        return new Failure(FailureKind.Unavailable, "Too many changes at once", $"Others kept asking for retrainings of '{wish.Model}'. Try again.") { RetryAfter = TimeSpan.FromSeconds(1) };
    }

    /// <summary>
    /// A wish's first retraining, or the next one where the last ended without a new champion and the finding is newer than that end: a rule that
    /// stays broken asks again under the same name.
    /// </summary>
    private static RetrainingId IdOf(RetrainingWish wish, IReadOnlyList<RetrainingRow> known)
    {
        for (int attempt = 1; attempt < MostAttempts; attempt++)
        {
            var id = RetrainingId.Of(wish.Model, attempt == 1 ? wish.Request : string.Create(CultureInfo.InvariantCulture, $"{wish.Request}#{attempt}"));
            RetrainingRow? row = known.FirstOrDefault(r => r.RowKey == id.ToString());
            bool again = row is { State: not (RetrainingState.Skipped or RetrainingState.Kept), Ended: { } ended } && wish.Trigger is RetrainingWish.Drift or RetrainingWish.Quality && wish.Found > ended;
            if (!again) return id;
        }

        return RetrainingId.Of(wish.Model, wish.Request);
    }

    /// <summary>Nothing to write down: the policy does not follow such wishes, or the wish is about a version that no longer serves.</summary>
    private static Failure? Unwanted(RetrainingWish wish, RetrainingPolicy policy, string? champion)
    {
        bool followed = wish.Trigger switch
        {
            RetrainingWish.Drift => policy.Triggers.Drift,
            RetrainingWish.Quality => policy.Triggers.Quality,
            _ => true,
        };
        if (!followed) return new(FailureKind.Conflict, "Not followed", $"The retraining policy of '{wish.Model}' does not follow requests of {wish.Trigger} checks.");
        return wish.Version is { } version && champion is not null && version != champion
            ? new(FailureKind.Conflict, "About another version", $"The request is about version '{version}' of '{wish.Model}'; version '{champion}' serves by now.")
            : null;
    }

    internal static Failure? Refusal(ModelName model, RetrainingPolicy policy, IReadOnlyList<RetrainingRow> known, DateTimeOffset now)
    {
        if (known.FirstOrDefault(r => !r.State.IsEnd()) is { } open)
            return new(FailureKind.Conflict, "Retraining under way", $"The retraining {open.RowKey} of '{model}' is under way ({open.State}); wait for its end, or cancel it with POST /api/retrainings/{open.RowKey}/cancel.");
        RetrainingRow? last = known.Where(r => r.State != RetrainingState.Skipped).MaxBy(r => r.Created);
        if (last is not null && last.Created + policy.CoolDown is var until && until > now)
        {
            return new(FailureKind.Conflict, "Within the cool-down",
                $"'{model}' was last retrained from {last.Created.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z on ({last.RowKey}); the policy's coolDown of {policy.CoolDown:c} ends at {until.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z. Wait, or shorten coolDown.");
        }

        double used = known.Where(r => (r.ComputeFrom ?? r.Created) is var at && at.Year == now.Year && at.Month == now.Month).Sum(r => Math.Max(r.ComputeMinutes(now), r.ReservedMinutes));
        return used + policy.Budget.MinutesARun <= policy.Budget.MinutesAMonth ? null : new(
            FailureKind.Conflict, "Over budget",
            string.Create(CultureInfo.InvariantCulture, $"The retrainings of '{model}' have used {used:0.#} of {policy.Budget.MinutesAMonth:0.#} minutes of compute this month (budget.minutesAMonth), and one more may take {policy.Budget.MinutesARun:0.#} (budget.minutesARun): {used + policy.Budget.MinutesARun - policy.Budget.MinutesAMonth:0.#} too many. Wait for the next month, or raise the budget."));
    }

    private RetrainingRow Row(RetrainingId id, RetrainingWish wish, RetrainingPolicy policy, int version, string? champion, Failure? refusal)
    {
        var row = new RetrainingRow
        {
            PartitionKey = wish.Model.ToString(),
            RowKey = id.ToString(),
            State = RetrainingState.Requested,
            Trigger = wish.Trigger,
            Request = wish.Request,
            Reason = wish.Reason,
            Evidence = JsonSerializer.Serialize(wish.Evidence, RetrainingAnswersJson.Default.IReadOnlyDictionaryStringString) is { Length: <= 30_000 } evidence ? evidence : "{}",
            StartedBy = wish.By,
            Created = records.Now,
            Updated = records.Now,
            PolicyVersion = version,
            Compute = policy.Compute ?? computes.Value.Name,
            ReservedMinutes = policy.Budget.MinutesARun,
            Champion = champion,
        };
        if (refusal is not null) row.End(RetrainingState.Skipped, $"{refusal.Title}: {refusal.Detail}", row.Created);
        return row;
    }
}
