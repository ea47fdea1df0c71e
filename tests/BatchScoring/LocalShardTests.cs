using System.Text.Json.Nodes;
using Tidemark.BatchScoring;
using Tidemark.BatchScoring.Intake;
using Tidemark.BatchScoring.Planning;
using Tidemark.BatchScoring.Scoring;
using Tidemark.Tests.Platform.Inference;
using Xunit;

namespace Tidemark.Tests.BatchScoring;

/// <summary>The host that plans a file scores shards of it from memory while its workers are free.</summary>
public sealed class LocalShardTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_scored_while_it_is_planned_and_what_is_left_by_those_who_take_it_from_the_queue()
    {
        await using BatchSuite suite = await BatchSuite.StartAsync(("BatchScoring__KeptBytes", "67108864"), ("BatchScoring__ShardBytes", "1024"), ("BatchScoring__Parallel", "1"));
        await suite.ServeAsync(Models.Columns());
        string created = await suite.UploadAsync("a.csv", "\uFEFFid,age,thal\n" + string.Concat(Enumerable.Range(0, 500).Select(i => $"k{i},{i},fixed\n")));

        await suite.Get<BatchIntake>().TakeAsync(created, Stop);

        JsonNode begun = await suite.JobOfAsync("a.csv");
        Assert.InRange((int)begun["progress"]!["done"]!, 50, 500); // the first worker was free; no message has been received
        await suite.PumpAsync();
        JsonNode job = await suite.JobOfAsync("a.csv");
        Assert.Equal("Completed", (string?)job["state"]);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"{i},{i + 100},fixed").Prepend("row,score,thal_seen"), await suite.LinesAsync(job));
        JsonNode manifest = JsonNode.Parse((await suite.ReadAsync((string)job["links"]!["manifest"]!))!)!;
        Assert.All(manifest["shards"]!.AsArray(), shard => Assert.Equal(1, (int)shard!["attempts"]!)); // no message for one that was scored here
    }

    [Fact]
    public async Task Kept_bytes_are_those_of_the_stream_or_none()
    {
        byte[] text = new byte[1000];
        new Random(5).NextBytes(text);
        await using var kept = new KeepingStream(new MemoryStream(text), new TextMemory(300), () => { });
        byte[] buffer = new byte[64];

        await ReadAsync(200);
        using (KeptText first = kept.Take(10, 150)!)
            Assert.Equal(text[10..150], await BytesAsync(first));
        Assert.Null(kept.Take(140, 160)); // its beginning was taken before
        await ReadAsync(200);
        using (KeptText second = kept.Take(160, 400)!)
        {
            Assert.Equal(text[160..400], await BytesAsync(second));
            Assert.Equal(text[160..400], await BytesAsync(second)); // a second try
        }

        await ReadAsync(400);
        Assert.Null(kept.Take(400, 800)); // more than there is room for
        await ReadAsync(100);
        using KeptText last = kept.Take(800, 900)!;
        Assert.Equal(text[800..900], await BytesAsync(last));

        async Task ReadAsync(int bytes)
        {
            for (int read = 0; read < bytes;)
                read += await kept.ReadAsync(buffer.AsMemory(0, Math.Min(buffer.Length, bytes - read)), Stop);
        }
    }

    [Fact]
    public async Task Memory_for_large_files_outlasts_a_small_one()
    {
        await using BatchSuite suite = await BatchSuite.StartAsync(("BatchScoring__KeptBytes", "67108864"));
        var local = suite.Get<LocalShards>();
        const int Large = 1 << 26, Small = 10;
        ShardCut cut = ShardCut.For(Large, new BatchScoringOptions());
        Keep(Large);
        Keep(Small);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Keep(Large);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 16);

        void Keep(int bytes) => local.Keep(Stream.Null, bytes, cut)!.Dispose();
    }

    [Fact]
    public async Task Files_that_are_read_at_once_keep_no_more_than_half_of_what_shards_may()
    {
        await using BatchSuite suite = await BatchSuite.StartAsync(("BatchScoring__KeptBytes", "67108864"));
        var local = suite.Get<LocalShards>();
        const int Large = 1 << 26;
        ShardCut cut = ShardCut.For(Large, new BatchScoringOptions());

        KeepingStream first = local.Keep(Stream.Null, Large, cut)!;
        Assert.Null(local.Keep(Stream.Null, Large, cut));
        local.Keep(Stream.Null, 1 << 20, cut)!.Dispose();
        first.Dispose();
        first.Dispose();

        local.Keep(Stream.Null, Large, cut)!.Dispose();
        Assert.NotNull(local.Keep(Stream.Null, Large, cut));
    }

    private static async Task<byte[]> BytesAsync(KeptText text)
    {
        using var copy = new MemoryStream();
        await text.Open().CopyToAsync(copy, Stop);
        return copy.ToArray();
    }
}
