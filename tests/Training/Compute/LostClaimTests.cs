using Tidemark.Retraining.Compute;
using Tidemark.Trainer.Claims;
using Tidemark.Trainer.Runs;
using Xunit;

namespace Tidemark.Tests.Training.Compute;

/// <summary>A worker that no longer has its run, seen from the worker's side.</summary>
public sealed class LostClaimTests(TrainingStore store) : IClassFixture<TrainingStore>
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(15);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("taken-over", "Running", "second/token")]
    [InlineData("stopped", "Stopped", null)]
    public async Task A_worker_whose_next_heartbeat_is_refused_stops_and_stores_nothing(string id, string status, string? newWorker)
    {
        var clock = new FakeClock();
        var run = await store.AskAsync(id, rows: 20_000, trials: 1000, time: clock);
        var worker = new ClaimedRun(store.Connection, new Arguments(null, null, 1, "first"), new Progress(TextWriter.Null, clock), clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var work = Task.Run(() => worker.RunAsync(end.Token), Cancellation);
        await Eventually.TrueAsync(async () => (await store.RowAsync(run)).State == RunState.Running, "the worker has claimed the run");
        await clock.UntilTimerAsync(Beat);
        clock.Advance(Beat);
        await Eventually.TrueAsync(async () => (await store.RowAsync(run)).Heartbeat == clock.GetUtcNow(), "its heart beats");

        await store.SetAsync(run, newWorker is null ? [("Status", status)] : [("Status", status), ("Worker", newWorker), ("Attempt", 2)]);
        clock.Advance(Beat);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work.Soon());
        Assert.False(end.IsCancellationRequested);
        var row = await store.RowAsync(run);
        Assert.Equal((Enum.Parse<RunState>(status), newWorker ?? row.Worker), (row.State, row.Worker));
        Assert.False(await store.HasFileAsync(run, "manifest.json"));
        Assert.False(await store.HasFileAsync(run, "model.onnx"));
        await store.SetAsync(run, ("Status", "Failed"));
    }
}
