using System.Diagnostics;
using Microsoft.Extensions.Options;

namespace Tidemark.BatchScoring;

/// <summary>
/// Named points at which a test ends this process as <c>kill -9</c> does, or holds it there: the setting <c>BatchScoring__FaultPoint</c>.
/// Nothing happens where it is not set.
/// </summary>
public sealed class FaultPoints(IOptions<BatchScoringOptions> options)
{
    public const string AfterJobInsert = "after-job-insert";
    public const string AfterEnqueue = "after-enqueue";

    /// <summary>In a shard, once the row of that number has been read: <c>row-12345</c>.</summary>
    public const string RowPrefix = "row-";

    public const string AfterStagedBlock = "after-staged-block";
    public const string BeforeLedgerChange = "before-ledger-change";
    public const string AfterLedgerChange = "after-ledger-change";
    public const string BeforeCommit = "before-commit";
    public const string AfterCommit = "after-commit";
    public const string BeforeManifest = "before-manifest";

    private readonly string name = options.Value.FaultPoint.Split(':')[0];
    private readonly bool hold = options.Value.FaultPoint.EndsWith(":hold", StringComparison.Ordinal);
    private readonly long row = options.Value.FaultPoint.StartsWith(RowPrefix, StringComparison.Ordinal)
        && long.TryParse(options.Value.FaultPoint.Split(':')[0].AsSpan(RowPrefix.Length), out long number) ? number : -1;

    public Task ReachAsync(string point, CancellationToken cancellation) => point == name ? StopAsync(cancellation) : Task.CompletedTask;

    /// <summary>Rows up to <paramref name="end"/> (exclusive), from <paramref name="first"/> on, have been read.</summary>
    public Task ReachRowAsync(long first, long end, CancellationToken cancellation) => row >= first && row < end ? StopAsync(cancellation) : Task.CompletedTask;

    private Task StopAsync(CancellationToken cancellation)
    {
        Console.WriteLine($"Fault point reached: {name}");
        if (!hold)
            Process.GetCurrentProcess().Kill();
        return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
    }
}
