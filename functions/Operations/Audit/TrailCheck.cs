using Tidemark.Platform.Audit;

namespace Tidemark.Operations.Audit;

/// <summary>A place where the chain does not hold.</summary>
/// <param name="Sequence">The row at which it was found.</param>
public sealed record TrailFault(long Sequence, string Detail);

/// <summary>Whether the trail is what was written.</summary>
/// <param name="Rows">Rows read.</param>
/// <param name="End">Sequence of the last row.</param>
/// <param name="EndHash">Its hash. Who keeps it elsewhere can later prove that nothing before was changed, not even by somebody who wrote the whole chain again.</param>
/// <param name="Faults">The first faults found, at most 100; empty when the chain holds.</param>
public sealed record TrailVerdict(bool Intact, long Rows, long End, string EndHash, IReadOnlyList<TrailFault> Faults);

/// <summary>Reads the trail from its beginning and computes each hash again; memory does not grow with it.</summary>
public sealed class TrailCheck(AuditTrail trail)
{
    private const int MostFaults = 100;

    public async Task<TrailVerdict> VerifyAsync(CancellationToken cancellation)
    {
        // Rows that come after this are whole, yet not part of this verdict.
        TrailEnd end = await trail.EndAsync(cancellation);
        var faults = new List<TrailFault>();
        (long rows, long expected, string previous) = (0, 1, TrailRow.Genesis);
        await foreach (TrailRow row in trail.RowsAsync(1, pageSize: 1000, cancellation))
        {
            if (row.Sequence > end.Sequence && row.RowKey == TrailRow.Key(row.Sequence)) break;
            rows++;
            if (faults.Count < MostFaults && FaultOf(row, expected, previous) is { } fault) faults.Add(fault);
            (expected, previous) = (row.Sequence + 1, row.Hash);
        }

        if (expected - 1 != end.Sequence || previous != end.Hash)
            faults.Add(new(expected - 1, $"The chain ends here, and its end says row {end.Sequence}: rows were taken away, or the end was changed."));
        return new(faults.Count == 0, rows, end.Sequence, end.Hash, faults);
    }

    private static TrailFault? FaultOf(TrailRow row, long expected, string previous) =>
        row.Sequence != expected || row.RowKey != TrailRow.Key(expected) ? new(expected, $"Row {expected} is missing: row {row.Sequence} stands in its place.")
        : row.Previous != previous ? new(row.Sequence, $"Row {row.Sequence} does not name the hash of the row before it.")
        : row.Hash != row.HashOf() ? new(row.Sequence, $"Row {row.Sequence} is not what was written: its hash does not fit its fields.")
        : null;
}
