using System.Security.Cryptography;
using System.Text;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;

namespace Tidemark.Registry;

/// <summary>One wish to move an alias.</summary>
/// <param name="Condition">What the caller has seen; null where the operation allows to go without (rollback).</param>
/// <param name="IdempotencyKey">The caller's key; the same key again returns what the first did. Null = none.</param>
public sealed record AliasMove(
    ModelName Model, AliasName Alias, MoveKind Kind, Precondition? Condition, Actor By, string? Reason = null, string? IdempotencyKey = null);

/// <summary>
/// Moves aliases. A move is one transaction of the alias, its history, the audit row and the two versions, so that of concurrent moves one wins
/// per entity tag (promise I5), an alias never names a version that is not sealed (I4), and a deletion can't slip in between.
/// </summary>
/// <remarks>The history is a stack: a promotion lays a version on top of the current one, a rollback takes the top off and shows what lies below.</remarks>
public sealed class Aliases(RegistryTable table, ModelDirectory directory, TimeProvider time)
{
    private const int MaxTries = 20;

    public async Task<Outcome<AliasRow>> CurrentAsync(ModelName model, AliasName alias, CancellationToken cancellation)
    {
        if (await table.AliasAsync(model, alias, cancellation) is { } row) return row;
        return RegistryFailures.UnknownAlias(model, alias);
    }

    /// <summary>Lets the alias name <paramref name="version"/>.</summary>
    public Task<Outcome<AliasRow>> PromoteAsync(AliasMove move, ModelVersion version, CancellationToken cancellation) => MoveAsync(
        move,
        async current => await PromotableAsync(new VersionReference(move.Model, version), cancellation) is { Ok: false } refused
            ? refused.As<Target>()
            : new Target(version.ToString(), current?.Sequence ?? 0),
        version,
        cancellation);

    /// <summary>Lets the alias name again what it named before the promotion that is in force.</summary>
    public Task<Outcome<AliasRow>> RollBackAsync(AliasMove move, CancellationToken cancellation) => MoveAsync(
        move,
        current => BelowAsync(move, current, cancellation),
        wanted: null,
        cancellation);

    private async Task<Outcome<AliasRow>> MoveAsync(AliasMove move, Func<AliasRow?, Task<Outcome<Target>>> decide, ModelVersion? wanted, CancellationToken cancellation)
    {
        string change = Guid.NewGuid().ToString("N");
        for (int i = 0; i < MaxTries; i++)
        {
            if (await RepeatedAsync(move, cancellation) is { } done)
                return wanted is null || done.Version == wanted.ToString() ? done : OtherVersion(move, done, wanted.Value);
            var current = await table.AliasAsync(move.Model, move.Alias, cancellation);
            if (move.Condition?.Holds(current?.Tag) == false) return Stale(move, current);
            var target = await decide(current);
            if (!target.Ok) return target.Failure;
            if (current?.Version == target.Value.Version && move.Kind == MoveKind.Promotion) return current;

            if (await TryMoveAsync(move, current, target.Value, change, cancellation) is { } moved)
            {
                await directory.MovedAsync(move.Model, move.Alias);
                RegistryInstruments.Moved(move.Kind);
                return moved;
            }
        }

        return RegistryFailures.Busy($"{move.Model}, alias {move.Alias}");
    }

    /// <summary>One transaction; null when something that it stands on has changed meanwhile.</summary>
    private async Task<AliasRow?> TryMoveAsync(AliasMove move, AliasRow? current, Target target, string change, CancellationToken cancellation)
    {
        if (await VersionsAsync(move, current, target, cancellation) is not { } versions) return null;

        var alias = Next(move, current, target, change, time.GetUtcNow());
        List<RegistryRow> rows =
        [
            alias,
            History(move, alias),
            AuditRow.Of(alias.PartitionKey, move.Kind == MoveKind.Promotion ? "alias-promoted" : "alias-rolled-back", $"{move.Alias}: {alias.Previous} -> {alias.Version}", alias.By, alias.At, change, move.Reason),
            .. versions,
        ];
        if (KeyOf(move) is { } key)
            rows.Add(new KeyRow { PartitionKey = alias.PartitionKey, RowKey = key, Alias = move.Alias.ToString(), Sequence = alias.Sequence });

        if (await table.TryWriteAsync(rows, cancellation)) return alias;

        // The client may have repeated a request whose answer was lost: then the history holds our own token.
        var written = await table.GetAsync<HistoryRow>(move.Model, HistoryRow.Key(move.Alias, alias.Sequence), cancellation);
        return written?.Change == change ? alias : null;
    }

    /// <summary>The rows of the version that gets the name and of the one that loses it, as they must still be when the move is written.</summary>
    private async Task<VersionRow[]?> VersionsAsync(AliasMove move, AliasRow? current, Target target, CancellationToken cancellation)
    {
        var gains = await table.GetAsync<VersionRow>(move.Model, VersionRow.Prefix + target.Version, cancellation);
        if (gains is not { State: VersionState.Sealed }) return null;
        gains.AddAlias(move.Alias);
        if (current is null || current.Version == target.Version) return [gains];

        var loses = await table.GetAsync<VersionRow>(move.Model, VersionRow.Prefix + current.Version, cancellation);
        if (loses is null) return [gains];
        loses.RemoveAlias(move.Alias);
        return [gains, loses];
    }

    private async Task<Outcome<VersionRow>> PromotableAsync(VersionReference version, CancellationToken cancellation) =>
        await table.VersionAsync(version, cancellation) switch
        {
            null => RegistryFailures.UnknownVersion(version),
            { State: VersionState.Uploading } => RegistryFailures.Uploading(version),
            { State: VersionState.Rejected } row => RegistryFailures.Rejected(version, row.Reason),
            { State: VersionState.Deleted } => RegistryFailures.Deleted(version),
            var row => row,
        };

    /// <summary>What lies below the current version in the history; versions deleted meanwhile, and the current one itself, are passed over.</summary>
    private async Task<Outcome<Target>> BelowAsync(AliasMove move, AliasRow? current, CancellationToken cancellation)
    {
        if (current is null) return RegistryFailures.UnknownAlias(move.Model, move.Alias);
        for (long below = current.Below; below > 0;)
        {
            var row = await table.GetAsync<HistoryRow>(move.Model, HistoryRow.Key(move.Alias, below), cancellation);
            if (row is null) break;
            var version = await table.GetAsync<VersionRow>(move.Model, VersionRow.Prefix + row.Version, cancellation);
            if (version is { State: VersionState.Sealed } && row.Version != current.Version) return new Target(row.Version, row.Below);
            below = row.Below;
        }

        return new Failure(
            FailureKind.Conflict, "Nothing to roll back to",
            $"Alias '{move.Alias}' of model '{move.Model}' names version '{current.Version}', and there is no earlier version left below it. Promote one with PUT /api/models/{move.Model}/aliases/{move.Alias}.");
    }

    /// <summary>What a move under the same Idempotency-Key has already done; null when there was none.</summary>
    private async Task<AliasRow?> RepeatedAsync(AliasMove move, CancellationToken cancellation)
    {
        if (KeyOf(move) is not { } key) return null;
        var done = await table.GetAsync<KeyRow>(move.Model, key, cancellation);
        if (done is null) return null;
        var row = await table.GetAsync<HistoryRow>(move.Model, HistoryRow.Key(move.Alias, done.Sequence), cancellation);
        return row is null ? null : new AliasRow
        {
            PartitionKey = row.PartitionKey,
            RowKey = AliasRow.Key(move.Alias),
            Version = row.Version,
            Previous = row.Previous,
            Sequence = row.Sequence,
            Below = row.Below,
            Change = row.Change,
            At = row.At,
            By = row.By,
        };
    }

    private static string? KeyOf(AliasMove move) => move.IdempotencyKey is { } key
        ? "key:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{move.Kind}\n{move.Alias}\n{key}")))
        : null;

    private static AliasRow Next(AliasMove move, AliasRow? current, Target target, string change, DateTimeOffset now) => new()
    {
        PartitionKey = move.Model.ToString(),
        RowKey = AliasRow.Key(move.Alias),
        ETag = current?.ETag ?? default,
        Version = target.Version,
        Previous = current?.Version,
        Sequence = (current?.Sequence ?? 0) + 1,
        Below = target.Below,
        Change = change,
        At = current?.At > now ? current.At : now, // Clocks of hosts differ; history runs forward.
        By = move.By.ToString(),
    };

    private static HistoryRow History(AliasMove move, AliasRow alias) => new()
    {
        PartitionKey = alias.PartitionKey,
        RowKey = HistoryRow.Key(move.Alias, alias.Sequence),
        Version = alias.Version,
        Previous = alias.Previous,
        Sequence = alias.Sequence,
        Below = alias.Below,
        Change = alias.Change,
        Kind = move.Kind,
        At = alias.At,
        By = alias.By,
        Reason = move.Reason,
    };

    private static Failure OtherVersion(AliasMove move, AliasRow done, ModelVersion wanted) => new(
        FailureKind.Unprocessable, "Key used for another version",
        $"The Idempotency-Key '{move.IdempotencyKey}' has already moved alias '{move.Alias}' of model '{move.Model}' to version '{done.Version}', and this request asks for version '{wanted}'. Send a new key with a new move.");

    private static Failure Stale(AliasMove move, AliasRow? current) => new(
        FailureKind.PreconditionFailed, "Alias has moved",
        current is null
            ? $"Alias '{move.Alias}' of model '{move.Model}' does not exist yet. Send If-None-Match: * to set it for the first time."
            : $"Alias '{move.Alias}' of model '{move.Model}' names version '{current.Version}' and its ETag is {current.Tag} now. Look at that, then send If-Match: {current.Tag} if you still want the change.");

    /// <param name="Version">Version that gets the name.</param>
    /// <param name="Below">Sequence of the history row that a rollback from there restores; 0 when there is none.</param>
    private sealed record Target(string Version, long Below);
}
