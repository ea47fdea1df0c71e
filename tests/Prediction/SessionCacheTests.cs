using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tidemark.Platform.Errors;
using Tidemark.Prediction;
using Tidemark.Tests.Platform.Inference;
using Xunit;

namespace Tidemark.Tests.Prediction;

public sealed class SessionCacheTests : IDisposable
{
    private readonly ModelShelf shelf = new();
    private readonly FakeClock clock = new();
    private readonly PredictionOptions options = new();
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly SessionCache cache;

    public SessionCacheTests()
    {
        for (int version = 1; version <= 3; version++) shelf.Put("mm", $"{version}", Models.Linear([version]).ToBytes());
        shelf.Put("mm", "bad", "not a model"u8.ToArray());
        cache = new SessionCache(shelf.DownloadAsync, RowRules.NoneAsync, (_, _) => Task.CompletedTask, Options.Create(options), clock, new PredictionInstruments(services.GetRequiredService<IMeterFactory>()), NullLogger<SessionCache>.Instance);
    }

    public void Dispose()
    {
        cache.Dispose();
        services.Dispose();
    }

    private async Task<Outcome<ModelLease>> AcquireAsync(string version, bool champion = true, bool stale = false) =>
        await cache.AcquireAsync(ModelShelf.Resolved("mm", version, stale), champion, TestContext.Current.CancellationToken);

    private async Task<(string Version, bool Stale)> WhoAnswersAsync(string version, bool stale = false)
    {
        var lease = await AcquireAsync(version, stale: stale);
        Assert.True(lease.Ok, lease.Failure?.Detail);
        using (lease.Value)
        {
            Assert.Equal(float.Parse(lease.Value.Model.Version.ToString(), System.Globalization.CultureInfo.InvariantCulture), Run(lease.Value.Model));
            return (lease.Value.Model.Version.ToString(), lease.Value.Stale);
        }
    }

    private static float Run(LoadedModel model)
    {
        var exchange = model.Rent();
        exchange.Slot.Inputs[0].Take([1, 1]);
        exchange.Slot.Inputs[0].Elements<float>(1)[0] = 1;
        Assert.Null(exchange.Slot.Run(1));
        float score = exchange.Slot.Data<float>(0)[0];
        model.Return(exchange);
        return score;
    }

    [Fact]
    public async Task Loads_once_however_many_ask()
    {
        var gate = new TaskCompletionSource();
        shelf.Gate = gate.Task;
        var waiting = Enumerable.Range(0, 64).Select(_ => AcquireAsync("1")).ToArray();
        gate.SetResult();
        var leases = await Task.WhenAll(waiting);

        Assert.All(leases, lease => Assert.True(lease.Ok));
        Assert.Single(leases.Select(lease => lease.Value.Model).Distinct());
        Assert.Equal(1, shelf.Downloads("mm", "1"));
        foreach (var lease in leases) lease.Value.Dispose();
    }

    [Fact]
    public async Task The_old_champion_answers_until_the_new_one_is_warm()
    {
        Assert.Equal(("1", false), await WhoAnswersAsync("1"));
        var gate = new TaskCompletionSource();
        shelf.Gate = gate.Task;

        Assert.Equal(("1", false), await WhoAnswersAsync("2"));
        Assert.Equal(("1", false), await WhoAnswersAsync("2"));
        gate.SetResult();
        using (var direct = (await AcquireAsync("2", champion: false)).Value) Assert.Equal("2", direct.Model.Version.ToString());
        Assert.Equal(("2", false), await WhoAnswersAsync("2"));
        Assert.Equal(1, shelf.Downloads("mm", "2"));
    }

    [Fact]
    public async Task No_request_fails_while_the_champion_moves_under_load()
    {
        await WhoAnswersAsync("1");
        string champion = "1";
        using var stop = new CancellationTokenSource();
        var requests = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            int answered = 0;
            do
            {
                await WhoAnswersAsync(Volatile.Read(ref champion));
                answered++;
            }
            while (!stop.IsCancellationRequested);

            return answered;
        })).ToArray();

        foreach (string version in new[] { "2", "3", "1", "3", "2" })
        {
            Volatile.Write(ref champion, version);
            while ((await WhoAnswersAsync(version)).Version != version) await Task.Yield();
        }

        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(requests), answered => Assert.True(answered > 0));
    }

    [Fact]
    public async Task A_champion_that_cannot_be_loaded_leaves_the_last_good_one_answering_and_says_so()
    {
        await WhoAnswersAsync("1");
        using (var first = (await AcquireAsync("bad")).Value) Assert.Equal("1", first.Model.Version.ToString());
        Assert.False((await AcquireAsync("bad", champion: false)).Ok); // asked for by its own name it is not there

        Assert.Equal(("1", true), await WhoAnswersAsync("bad"));
        Assert.Equal(1, shelf.Downloads("mm", "bad"));

        shelf.Put("mm", "bad", Models.Linear([1]).ToBytes());
        clock.Advance(options.FailedLoadRetry - TimeSpan.FromTicks(1));
        Assert.Equal(("1", true), await WhoAnswersAsync("bad"));
        clock.Advance(TimeSpan.FromTicks(1));
        var gate = new TaskCompletionSource();
        shelf.Gate = gate.Task;
        Assert.Equal(("1", true), await WhoAnswersAsync("bad")); // while the second attempt runs
        gate.SetResult();
        await LoadedAsync("bad");
        using var repaired = (await AcquireAsync("bad")).Value;
        Assert.Equal("bad", repaired.Model.Version.ToString());
        Assert.False(repaired.Stale);
        Assert.Equal(2, shelf.Downloads("mm", "bad"));
    }

    private async Task LoadedAsync(string version)
    {
        var outcome = await AcquireAsync(version, champion: false);
        Assert.True(outcome.Ok, outcome.Failure?.Detail);
        outcome.Value.Dispose();
    }

    [Fact]
    public async Task Without_a_last_good_model_a_failed_load_is_unavailable_with_the_reason_and_the_time_to_retry()
    {
        var outcome = await AcquireAsync("bad");
        Assert.Equal(FailureKind.Unavailable, outcome.Failure!.Kind);
        Assert.Equal(options.FailedLoadRetry, outcome.Failure.RetryAfter);
        Assert.Contains("Version 'bad' of the model 'mm' cannot be loaded: The 11 bytes are not an ONNX model", outcome.Failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_storage_down_what_is_in_memory_goes_on_and_says_so()
    {
        await WhoAnswersAsync("1");
        shelf.StorageDown = true;
        Assert.Equal(("1", true), await WhoAnswersAsync("1", stale: true));
        (await AcquireAsync("2")).Value.Dispose(); // begins the load that fails
        Assert.False((await AcquireAsync("2", champion: false)).Ok);
        Assert.Equal(("1", true), await WhoAnswersAsync("2"));
    }

    [Fact]
    public async Task An_exception_while_loading_is_a_failure_like_any_other()
    {
        shelf.Broken = true;
        Assert.Equal(FailureKind.Unavailable, (await AcquireAsync("1")).Failure!.Kind);
        shelf.Broken = false;
        clock.Advance(options.FailedLoadRetry);
        Assert.Equal(("1", false), await WhoAnswersAsync("1"));
    }

    [Fact]
    public async Task Memory_is_bounded_and_the_model_used_longest_ago_goes_first()
    {
        options.ModelMemoryBytes = 2 * ((1 << 20) + 8192);
        foreach (string version in new[] { "1", "2", "1", "3" }) await LoadedAsync(version);
        foreach (string version in new[] { "1", "3" }) await LoadedAsync(version);
        Assert.Equal(1, shelf.Downloads("mm", "1"));
        Assert.Equal(1, shelf.Downloads("mm", "3"));
        await LoadedAsync("2");
        Assert.Equal(2, shelf.Downloads("mm", "2"));
    }

    [Fact]
    public async Task A_model_that_is_unloaded_finishes_the_requests_that_hold_it()
    {
        options.ModelMemoryBytes = 1 << 20;
        var held = (await AcquireAsync("1", champion: false)).Value;
        await LoadedAsync("2");
        await LoadedAsync("3");
        Assert.Equal(1, Run(held.Model));
        held.Dispose();
        Assert.False(held.Model.TryAcquire());
        await LoadedAsync("1");
        Assert.Equal(2, shelf.Downloads("mm", "1"));
    }

    [Fact]
    public async Task Loads_and_unloads_under_load_never_fail_a_request()
    {
        options.ModelMemoryBytes = 1 << 20;
        await Parallel.ForEachAsync(Enumerable.Range(0, 300), TestContext.Current.CancellationToken, async (i, cancellation) =>
        {
            var lease = await cache.AcquireAsync(ModelShelf.Resolved("mm", $"{1 + (i % 3)}"), champion: false, cancellation);
            Assert.True(lease.Ok);
            using (lease.Value) Assert.Equal(1 + (i % 3), Run(lease.Value.Model));
        });
    }

    [Fact]
    public async Task A_caller_that_gives_up_leaves_the_load_to_the_others()
    {
        var gate = new TaskCompletionSource();
        shelf.Gate = gate.Task;
        using var impatient = new CancellationTokenSource();
        var gone = cache.AcquireAsync(ModelShelf.Resolved("mm", "1"), champion: true, impatient.Token).AsTask();
        var patient = AcquireAsync("1");
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        gate.SetResult();
        using var lease = (await patient).Value;
        Assert.Equal(1, shelf.Downloads("mm", "1"));
    }
}
