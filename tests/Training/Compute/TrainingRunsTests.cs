using Azure;
using Azure.Data.Tables;
using Tidemark.Registry;
using Tidemark.Retraining.Compute;
using Tidemark.Retraining.Contract;
using Xunit;

namespace Tidemark.Tests.Training.Compute;

/// <summary>The suite's side of table <c>trainingruns</c>.</summary>
public sealed class TrainingRunsTests(TrainingStore store) : IClassFixture<TrainingStore>
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_is_inserted_once_and_never_changed()
    {
        var id = await store.AskAsync("once");
        var model = ModelName.Parse("heart").Value;
        await store.SetAsync(id, ("Status", "Running"), ("Worker", "w/1"), ("Attempt", 1));

        var again = await store.Runs().InsertAsync(id, model, TrainingStore.Spec("datasets/once.csv"), "local", Cancellation);
        var other = await store.Runs().InsertAsync(id, model, TrainingStore.Spec("datasets/other.csv"), "local", Cancellation);
        var elsewhere = await store.Runs().InsertAsync(id, model, TrainingStore.Spec("datasets/once.csv"), "external", Cancellation);

        Assert.Equal(RunState.Running, again.Value!.State);
        Assert.Equal(Tidemark.Platform.Errors.FailureKind.Conflict, other.Failure!.Kind);
        Assert.Equal(Tidemark.Platform.Errors.FailureKind.Conflict, elsewhere.Failure!.Kind);
        Assert.Equal("datasets/once.csv", RunSpecReader.Read((await store.Runs().FileAsync(id, "spec.json", Cancellation))!).Value!.Dataset.Blob);
        await store.SetAsync(id, ("Status", "Failed"));
    }

    [Fact]
    public async Task Progress_of_the_worker_is_read_from_its_last_line()
    {
        var id = await store.AskAsync("progress");
        await store.SetAsync(id, ("Status", "Running"), ("Heartbeat", Now), ("Detail", """{"event":"progress","step":"trees","done":3,"total":8,"best":0.3,"elapsedSeconds":9.5,"etaSeconds":42}"""));

        var status = (await store.RowAsync(id)).Status();

        Assert.Equal(new ComputeStatus(RunState.Running, 0.375, "trees", TimeSpan.FromSeconds(42), Now, null), status);
        foreach (string detail in new[] { "claimed", "{", "[1]", """{"done":1,"total":0,"etaSeconds":-5,"step":3}""" })
        {
            await store.SetAsync(id, ("Detail", detail));
            Assert.Equal((null, null, null), ((await store.RowAsync(id)).Status() is var s ? (s.Progress, s.Step, s.Remaining) : default));
        }

        await store.SetAsync(id, ("Status", "Failed"));
    }

    [Fact]
    public async Task A_run_that_is_stopped_refuses_its_workers_next_heartbeat_and_one_that_has_ended_stays()
    {
        var running = await store.AskAsync("running");
        var seen = (await store.Table.GetEntityAsync<TableEntity>("run", "running", cancellationToken: Cancellation)).Value;
        var ended = await store.AskAsync("ended");
        await store.SetAsync(ended, ("Status", "Succeeded"), ("Detail", "whole"));

        var stopped = await store.Runs().AskToStopAsync(running, "Not wanted.", Cancellation);
        var twice = await store.Runs().AskToStopAsync(running, "Again.", Cancellation);

        Assert.Equal((RunState.Stopped, "Not wanted."), (stopped!.State, stopped.Detail));
        Assert.Equal("Not wanted.", twice!.Detail);
        Assert.Equal(RunState.Succeeded, (await store.Runs().AskToStopAsync(ended, "Too late.", Cancellation))!.State);
        var late = await Assert.ThrowsAsync<RequestFailedException>(() => store.Table.UpdateEntityAsync(new TableEntity("run", "running") { ["Status"] = "Running" }, seen.ETag, TableUpdateMode.Merge, Cancellation));
        Assert.Equal(412, late.Status);
        Assert.Null(await store.Runs().AskToStopAsync(TrainingStore.Id("unknown"), "", Cancellation));
    }

    [Fact]
    public async Task A_worker_that_speaks_while_it_is_given_up_keeps_its_run()
    {
        var id = await store.AskAsync("speaks");
        await store.SetAsync(id, ("Status", "Running"), ("Worker", "w/1"), ("Heartbeat", Now));
        var seen = await store.RowAsync(id);
        await store.SetAsync(id, ("Heartbeat", Now.AddMinutes(5)));

        var after = await store.Runs().FailAsync(seen, "silent", Cancellation);

        Assert.Equal(RunState.Running, after.State);
        await store.SetAsync(id, ("Status", "Failed"));
    }

    [Fact]
    public async Task Only_the_manifest_that_the_worker_told_of_counts()
    {
        var id = await store.AskAsync("manifest");
        byte[] manifest = "{}"u8.ToArray();
        await store.Files.UploadBlobAsync("manifest/manifest.json", BinaryData.FromBytes(manifest), Cancellation);
        Assert.Null(await store.Runs().FileAsync(id, RunFiles.Manifest, Cancellation));
        await store.SetAsync(id, ("Status", "Succeeded"), ("Manifest", FileStamp.Of(manifest).Sha256));

        Assert.Equal(manifest, await store.Runs().FileAsync(id, RunFiles.Manifest, Cancellation));
        await store.SetAsync(id, ("Manifest", new string('0', 64)));
        Assert.Null(await store.Runs().FileAsync(id, RunFiles.Manifest, Cancellation));
    }

    [Theory]
    [InlineData("")]
    [InlineData("../spec")]
    [InlineData("a/b")]
    [InlineData("a..b")]
    [InlineData("-a")]
    [InlineData("a'b")]
    [InlineData("a\n")]
    public void What_is_no_path_and_no_key_is_no_run(string text) => Assert.False(TrainingRunId.Parse(text).Ok);
}
