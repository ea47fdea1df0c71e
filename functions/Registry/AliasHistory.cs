using System.Globalization;
using Tidemark.Platform.Errors;

namespace Tidemark.Registry;

/// <summary>Which version an alias named, and when.</summary>
public sealed class AliasHistory(RegistryTable table)
{
    /// <summary>Moves that one answer lists.</summary>
    public const int PageSize = 200;

    /// <summary>Moves after sequence number <paramref name="after"/>, oldest first.</summary>
    public async Task<Outcome<HistoryPage>> PageAsync(ModelName model, AliasName alias, long after, CancellationToken cancellation)
    {
        var moves = new List<HistoryView>();
        string start = HistoryRow.Key(alias, after);
        await foreach (var row in table.RowsAsync<HistoryRow>(model, HistoryRow.Prefix(alias), cancellation, start, PageSize + 1))
        {
            moves.Add(HistoryView.Of(row));
            if (moves.Count > PageSize) break;
        }

        if (moves.Count == 0 && after == 0) return RegistryFailures.UnknownAlias(model, alias);
        string? next = moves.Count > PageSize ? moves[PageSize - 1].Sequence.ToString(CultureInfo.InvariantCulture) : null;
        return new HistoryPage(model.ToString(), alias.ToString(), [.. moves.Take(PageSize)], next);
    }

    /// <summary>The move that was in force at <paramref name="at"/>. NotFound when the alias named nothing yet.</summary>
    public async Task<Outcome<HistoryView>> AtAsync(ModelName model, AliasName alias, DateTimeOffset at, CancellationToken cancellation)
    {
        if (await table.AliasAsync(model, alias, cancellation) is not { } current) return RegistryFailures.UnknownAlias(model, alias);

        // Times never decrease along the sequence: search the last row whose time is not after the instant.
        var (low, high, found) = (1L, current.Sequence, (HistoryRow?)null);
        while (low <= high)
        {
            long middle = low + ((high - low) / 2);
            var row = await table.GetAsync<HistoryRow>(model, HistoryRow.Key(alias, middle), cancellation);
            if (row is not null && row.At <= at)
                (found, low) = (row, middle + 1);
            else
                high = middle - 1;
        }

        return found is null
            ? new Failure(FailureKind.NotFound, "No version at that time", $"Alias '{alias}' of model '{model}' named no version at {at:O}.")
            : HistoryView.Of(found);
    }
}
