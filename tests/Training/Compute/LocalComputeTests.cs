using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tidemark.Local;
using Tidemark.Retraining.Compute;
using Tidemark.Retraining.Compute.Local;
using Xunit;

namespace Tidemark.Tests.Training.Compute;

/// <summary>Trainers as child processes: real ones, killed for real.</summary>
public sealed class LocalComputeTests(TrainingStore store) : IClassFixture<TrainingStore>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_survives_kill_9_of_its_trainer_and_the_end_of_its_host_and_ends_with_the_same_bytes()
    {
        await using (var other = Host()) await EndAsync(other, await store.AskAsync("whole", rows: 6000, trials: 2));
        var run = await store.AskAsync("cut", rows: 6000, trials: 2);

        await using (var host = Host())
        {
            await host.StartAsync(run, Cancellation);
            await ClaimedAsync(run, attempt: 1);
            Signal.Send(host.Processes.Single(), Signal.Kill);
            await ClaimedAsync(run, attempt: 2); // started again at once, not after minutes of silence
        }

        var left = await store.RowAsync(run);
        Assert.Equal((RunState.Pending, "preempted"), (left.State, left.Detail));
        await using var next = Host();
        await EndAsync(next, run);
        Assert.Equal(3, (await store.RowAsync(run)).Attempt);
        Assert.Equal(await store.ResultsAsync(TrainingStore.Id("whole")), await store.ResultsAsync(run));
    }

    [Fact]
    public async Task Of_two_hosts_that_start_the_same_run_again_and_again_one_works()
    {
        var run = await store.AskAsync("two-hosts");
        await using LocalCompute one = Host(), other = Host();

        for (int i = 0; i < 3; i++) await Task.WhenAll(one.StartAsync(run, Cancellation), other.StartAsync(run, Cancellation));
        await EndAsync(one, run);

        var status = await other.StatusAsync(run, Cancellation);
        Assert.Equal((RunState.Succeeded, 1), (status.State, (await store.RowAsync(run)).Attempt));
    }

    [Fact]
    public async Task A_run_that_is_stopped_stores_nothing_and_makes_room_for_the_next()
    {
        var run = await store.AskAsync("stopped", rows: 6000, trials: 4);
        var next = await store.AskAsync("after-it");
        await using var host = Host();
        await host.StartAsync(run, Cancellation);
        await ClaimedAsync(run, attempt: 1);

        await host.StopAsync(run, Cancellation);
        await host.StopAsync(run, Cancellation);

        Assert.Equal((RunState.Stopped, "Stopped on request."), (await host.StatusAsync(run, Cancellation) is var status ? (status.State, status.Reason) : default));
        await EndAsync(host, next);
        Assert.Equal(RunState.Stopped, (await store.RowAsync(run)).State);
        Assert.False(await store.HasFileAsync(run, "manifest.json"));
    }

    [Fact]
    public async Task A_trainer_that_is_killed_twice_fails_its_run_and_the_older_run_that_it_took_is_none_of_that()
    {
        var older = await store.AskAsync("older");
        var run = await store.AskAsync("killed-twice", rows: 6000, trials: 4);
        await using var host = Host();
        await host.StartAsync(run, Cancellation); // its first trainer takes the older run

        for (int attempt = 1; attempt <= 2; attempt++)
        {
            await ClaimedAsync(run, attempt);
            Signal.Send(host.Processes.Single(), Signal.Kill);
        }

        await Eventually.TrueAsync(async () => (await store.RowAsync(run)).Ended, "the run fails");
        var status = await host.StatusAsync(run, Cancellation);
        Assert.Equal(RunState.Failed, status.State);
        Assert.Contains("exit code 137", status.Reason, StringComparison.Ordinal);
        Assert.Equal(RunState.Succeeded, (await host.StatusAsync(older, Cancellation)).State);
    }

    [Fact]
    public async Task A_trainer_that_ends_before_it_takes_the_run_fails_it_with_its_last_word()
    {
        var run = await store.AskAsync("ends-early");
        await using var host = Host("bash -c \"echo no memory left >&2; exit 70\"");

        await host.StartAsync(run, Cancellation);
        await Eventually.TrueAsync(async () => (await store.RowAsync(run)).Ended, "the run fails");

        var status = await host.StatusAsync(run, Cancellation);
        Assert.Equal(RunState.Failed, status.State);
        Assert.Contains("exit code 70", status.Reason, StringComparison.Ordinal);
        Assert.Contains("no memory left", status.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_trainer_the_run_fails_and_names_the_setting()
    {
        var run = await store.AskAsync("no-trainer");
        await using var host = Host("/nowhere/trainer --fast");

        await host.StartAsync(run, Cancellation);
        await Eventually.TrueAsync(async () => (await store.RowAsync(run)).Ended, "the run fails");

        Assert.Contains("Compute__Local__Command", (await host.StatusAsync(run, Cancellation)).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_data_fail_the_run_with_the_trainers_word()
    {
        var run = await store.AskAsync("no-rows", rows: 0);
        await using var host = Host();

        await host.StartAsync(run, Cancellation);
        await Eventually.TrueAsync(async () => (await store.RowAsync(run)).Ended, "the run fails");

        var status = await host.StatusAsync(run, Cancellation);
        Assert.Equal((RunState.Failed, true), (status.State, status.Reason!.Contains("no row", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("python3 train.py", "python3|train.py")]
    [InlineData("dotnet \"/a b/t.dll\"  --x", "dotnet|/a b/t.dll|--x")]
    [InlineData("\"/a b\"", "/a b")]
    public void A_command_line_is_cut_at_blanks_outside_quotes(string line, string words) => Assert.Equal(words.Split('|'), new LocalOptions { Command = line }.Words());

    private LocalCompute Host(string? command = null)
    {
        var options = new LocalOptions { Command = command ?? $"{TrainerCommand.CSharp.Program} \"{TrainerCommand.CSharp.Arguments[0]}\"", Threads = 1 };
        return new(store.Runs(), store.Notes(), store.Connection, Options.Create(new ComputeOptions()), Options.Create(options), store.Instruments, TimeProvider.System, NullLogger<LocalCompute>.Instance);
    }

    private Task ClaimedAsync(TrainingRunId run, int attempt) => Eventually.TrueAsync(
        async () => await store.RowAsync(run) is { State: RunState.Running } row && row.Attempt == attempt, $"attempt {attempt} has claimed {run}");

    private static Task EndAsync(LocalCompute host, TrainingRunId run) => Eventually.TrueAsync(
        async () => (await host.StatusAsync(run, Cancellation)).State == RunState.Succeeded, $"{run} succeeds");
}
