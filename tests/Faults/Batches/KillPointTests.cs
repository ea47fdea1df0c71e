using System.Text;
using System.Web;
using Xunit;

namespace Tidemark.Tests.Faults.Batches;

/// <summary>
/// Promises I1 and I2: a host is killed (<c>kill -9</c>) at each point of a job's life that storage can tell apart, with the call to storage
/// on its way; the next host finishes the job, and the checker finds every row once.
/// </summary>
public sealed class KillPointTests(KillPointTests.Cluster shared) : IClassFixture<KillPointTests.Cluster>
{
    private static readonly Dictionary<string, (Func<StorageCall, bool> At, Moment Moment)> Points = new()
    {
        ["before the job is inserted"] = (c => c.Writes("batches"), Moment.Before),
        ["after the job is inserted"] = (c => c.Writes("batches"), Moment.After),
        ["after the plan is written"] = (c => c.Method == "PUT" && c.Name.EndsWith("/plan.json", StringComparison.Ordinal), Moment.After),
        ["after a shard is inserted"] = (c => c.Method == "POST" && c.Writes("shards"), Moment.After),
        ["after a shard is enqueued"] = (c => c.PutsMessageOn("batch-shards"), Moment.After),
        ["after a shard is claimed"] = (c => ChangesShard(c, "1"), Moment.After),
        ["at row n, before its block is staged"] = (c => Stages(c, shard: 1, block: 1), Moment.Before),
        ["after a block is staged"] = (c => Stages(c, shard: 1, block: 1), Moment.After),
        ["before a shard is done in the ledger"] = (c => ChangesShard(c, "2"), Moment.Before),
        ["after a shard is done in the ledger"] = (c => ChangesShard(c, "2"), Moment.After),
        ["after all shards are known"] = (c => c.Writes("batches") && Says(c, "\"Planned\":true"), Moment.After),
        ["before the job is committing"] = (c => c.Writes("batches") && Says(c, "Committing"), Moment.Before),
        ["before quarantine is committed"] = (c => c.CommitsBlocks && c.Name.StartsWith("quarantine/", StringComparison.Ordinal), Moment.Before),
        ["after quarantine is committed"] = (c => c.CommitsBlocks && c.Name.StartsWith("quarantine/", StringComparison.Ordinal), Moment.After),
        ["before the result is committed"] = (c => c.CommitsBlocks && c.Name.EndsWith("/predictions.csv", StringComparison.Ordinal), Moment.Before),
        ["after the result is committed"] = (c => c.CommitsBlocks && c.Name.EndsWith("/predictions.csv", StringComparison.Ordinal), Moment.After),
        ["before the manifest"] = (c => c.Method == "PUT" && c.Name.EndsWith("/manifest.json", StringComparison.Ordinal), Moment.Before),
        ["after the manifest"] = (c => c.Method == "PUT" && c.Name.EndsWith("/manifest.json", StringComparison.Ordinal), Moment.After),
        ["before the job is complete"] = (c => c.Writes("batches") && Says(c, "\"Completed\""), Moment.Before),
        ["after the job is complete"] = (c => c.Writes("batches") && Says(c, "\"Completed\""), Moment.After),
    };

    /// <summary>Points that a shard passes in another way when it is taken from the queue.</summary>
    private static readonly string[] OfQueue =
        ["after a shard is enqueued", "after a shard is claimed", "at row n, before its block is staged", "before a shard is done in the ledger", "after a shard is done in the ledger"];

    /// <summary>Names, and whether the host scores from memory what it plans.</summary>
    public static TheoryData<string, bool> Names => new([.. Points.Keys.Select(name => (name, true)), .. OfQueue.Select(name => (name, false))]);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Survives_kill_and_scores_each_row_once(string point, bool kept)
    {
        (string, string)[] settings = kept ? [] : [("BatchScoring__KeptBytes", "0")];
        var (at, moment) = Points[point];
        StoragePause pause = null!;
        BatchJob job;
        await using (var dies = await shared.Suite.StartHostAsync(proxy => pause = proxy.PauseAt(at, moment), settings))
        {
            job = await shared.Suite.DropAsync(new SeededFile(seed: point.Length, rows: 1_500), $"{point.Replace(' ', '-')}-{kept}.csv");
            await pause.Reached.Soon();
            await dies.Process.KillAsync();
        }

        await using var host = await shared.Suite.StartHostAsync(settings: settings);
        await shared.Suite.AssertKeptAsync(job);
    }

    /// <param name="state">The number of the state that the shard goes into.</param>
    private static bool ChangesShard(StorageCall call, string state) => call.Writes("shards") && Says(call, $"\"State\":{state},");

    private static bool Says(StorageCall call, string text) => call.Body!.ToString().Contains(text, StringComparison.Ordinal);

    /// <summary>Whether the call stages that block of the shard, in whichever attempt: on a slow machine the first may lose its lease before.</summary>
    private static bool Stages(StorageCall call, int shard, int block)
    {
        if (!call.StagesBlock || HttpUtility.ParseQueryString(call.Query)["blockid"] is not { } id)
            return false;
        string name = Encoding.ASCII.GetString(Convert.FromBase64String(id));
        return name.StartsWith($"{shard:D6}-", StringComparison.Ordinal) && name.EndsWith($"-{block:D6}", StringComparison.Ordinal);
    }

    public sealed class Cluster : IAsyncLifetime
    {
        internal BatchCluster Suite { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Suite = await BatchCluster.StartAsync();

        public async ValueTask DisposeAsync()
        {
            if (Suite is not null) await Suite.DisposeAsync();
        }
    }
}
