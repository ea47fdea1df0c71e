using Tidemark.Platform.Audit;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Registry;
using Tidemark.Retraining.Orchestration;
using Tidemark.Retraining.Records;

namespace Tidemark.Retraining.Promotion;

/// <summary>What the candidate was held against; step <c>champion</c>.</summary>
/// <param name="Version">The champion; null where none serves.</param>
/// <param name="Tag">The alias's entity tag; null where there is no alias.</param>
public sealed record SeenChampion(string? Version, string? Tag);

/// <summary>The promotion; step <c>promotion</c>.</summary>
/// <param name="Version">The new champion; null when it was not promoted.</param>
/// <param name="Previous">The one before.</param>
/// <param name="Tag">The alias's entity tag after the move.</param>
/// <param name="Refusal">Why it was not promoted.</param>
public sealed record Promoted(string? Version, string? Previous, string? Tag, string? Refusal, DateTimeOffset At);

/// <summary>
/// Moves <c>champion</c> to the candidate, and back. The registry moves it in one transaction under the tag that the gates saw, and notes the retraining
/// with it: a repeated step finds its own move, and there is exactly one. Nothing moves before it stands in the audit trail.
/// </summary>
public sealed class ChampionMoves(RetrainingRecords records, StepStore steps, Aliases aliases, AuditTrail trail)
{
    private const int LongestReason = 1000;

    public async Task<StepOutcome> PromoteAsync(RetrainingId id, CancellationToken cancellation)
    {
        OpenRetraining open = await records.EnterAsync(id, RetrainingState.Promoting, cancellation);
        Promoted promoted = await steps.OnceAsync(id, "promotion", () => MoveAsync(open, cancellation), cancellation);
        bool passed = promoted.Version is not null;
        string sentence = passed
            ? $"Version {promoted.Version} is champion{(promoted.Previous is { } previous ? $" in place of version {previous}" : "")} since {promoted.At.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z."
            : $"Not promoted: {promoted.Refusal}";
        await records.DecideAsync(id, Decision.Of("promotion", passed, sentence, records.Now), cancellation);
        if (!passed) return new(RetrainingState.Failed, sentence);
        await records.EnterAsync(id, RetrainingState.Watching, cancellation);
        return StepOutcome.GoOn(sentence);
    }

    /// <summary>Brings the old champion back, unless somebody has moved the alias since.</summary>
    public async Task<StepOutcome> TakeBackAsync(RetrainingId id, string reason, CancellationToken cancellation)
    {
        Promoted promoted = (await steps.FindAsync<Promoted>(id, "promotion", cancellation))!;
        var move = new AliasMove(id.Model, AliasName.Champion, MoveKind.Rollback, Precondition.Matches(promoted.Tag!), By(id), Short(reason), $"{id}|back");
        await AuditAsync(id, "TakeBackChampion", $"champion, version {promoted.Version} -> {promoted.Previous}", cancellation);
        var back = await aliases.RollBackAsync(move, cancellation);
        if (!back.Ok && back.Failure.Kind == FailureKind.Unavailable) throw new TimeoutException(back.Failure.Detail);
        string sentence = back.Ok
            ? $"Taken back, version {back.Value.Version} is champion again: {reason}"
            : $"The watch found this: {reason} It was not taken back: {back.Failure.Detail}";
        await records.DecideAsync(id, Decision.Of("rollback", back.Ok, sentence, records.Now), cancellation);
        return new(back.Ok ? RetrainingState.RolledBack : RetrainingState.Failed, sentence);
    }

    private async Task<Promoted> MoveAsync(OpenRetraining open, CancellationToken cancellation)
    {
        SeenChampion seen = (await steps.FindAsync<SeenChampion>(open.Id, "champion", cancellation))!;
        Candidate candidate = (await steps.FindAsync<Candidate>(open.Id, "candidate", cancellation))!;
        var condition = seen.Tag is { } tag ? Precondition.Matches(tag) : Precondition.Absent;
        var move = new AliasMove(open.Model, AliasName.Champion, MoveKind.Promotion, condition, By(open.Id), Short($"retraining {open.Id}: {open.Row.Reason}"), $"{open.Id}");
        await AuditAsync(open.Id, "PromoteCandidate", $"champion, version {seen.Version ?? "(none)"} -> {candidate.Version}", cancellation);
        var moved = await aliases.PromoteAsync(move, ModelVersion.Parse(candidate.Version).Value, cancellation);
        if (!moved.Ok && moved.Failure.Kind == FailureKind.Unavailable) throw new TimeoutException(moved.Failure.Detail);
        return moved.Ok
            ? new(moved.Value.Version, moved.Value.Previous, moved.Value.Tag, null, moved.Value.At)
            : new(null, null, null, moved.Failure.Kind == FailureKind.PreconditionFailed ? $"another version has become champion since the candidate was held against version {seen.Version ?? "(none)"}. {moved.Failure.Detail}" : moved.Failure.Detail, records.Now);
    }

    private Task AuditAsync(RetrainingId id, string action, string subject, CancellationToken cancellation) =>
        trail.AppendAsync(new AuditEntry(By(id).ToString(), action, $"{id.Model}: {subject}", "allowed", id.ToString()), cancellation);

    private static Actor By(RetrainingId id) => Actor.Parse($"retraining {id}").Value;

    private static string Short(string reason) => reason.Length <= LongestReason ? reason : reason[..LongestReason];
}
