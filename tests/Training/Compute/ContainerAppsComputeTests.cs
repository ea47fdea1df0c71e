using Azure;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tidemark.Local;
using Tidemark.Retraining.Compute;
using Tidemark.Retraining.Compute.ContainerApps;
using Tidemark.Retraining.Contract;
using Xunit;

namespace Tidemark.Tests.Training.Compute;

/// <summary>A Container Apps job, with Azure on loopback and whatever may go wrong with it.</summary>
public sealed class ContainerAppsComputeTests(TrainingStore store) : IClassFixture<TrainingStore>, IAsyncLifetime
{
    private readonly FakeClock clock = new();
    private ArmServer? arm;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ArmServer Arm => arm!;

    public async ValueTask InitializeAsync()
    {
        arm = await ArmServer.StartAsync();
        arm.Time = clock;
    }

    public ValueTask DisposeAsync() => arm?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task At_most_one_execution_works_on_a_run_though_the_answer_to_a_start_got_lost()
    {
        var run = await store.AskAsync("lost-answer", compute: "container-apps");
        var compute = Compute(TimeProvider.System);
        Arm.Work = TrainAsync;
        Arm.NextStarts(ArmFate.AnswerLost);

        await compute.StartAsync(run, Cancellation);
        await Arm.WorkedAsync().Soon();

        // The client sent the start again, so two real trainers raced for the run.
        Assert.Equal(["Succeeded", "Succeeded"], Arm.Executions.Values);
        var row = await store.RowAsync(run);
        Assert.Equal((RunState.Succeeded, 1), (row.State, row.Attempt));
        Assert.Contains(row.WorkerName, Arm.Executions.Keys);
        Assert.Equal(FileStamp.Of((await store.Runs().FileAsync(run, RunFiles.Manifest, Cancellation))!).Sha256, row.Manifest);
        Assert.Equal(new ComputeStatus(RunState.Succeeded, 1, null, null, row.Heartbeat, null), await compute.StatusAsync(run, Cancellation));
        await compute.StartAsync(run, Cancellation);
        Assert.Equal(2, Arm.StartRequests);
    }

    [Theory]
    [InlineData(nameof(ArmFate.Throttled))]
    [InlineData(nameof(ArmFate.Unavailable))]
    [InlineData(nameof(ArmFate.NotReached))]
    public async Task A_start_that_Azure_did_not_take_is_sent_again(string fate)
    {
        var run = await store.AskAsync($"sent-again-{fate}", compute: "container-apps", time: clock);
        Arm.NextStarts(Enum.Parse<ArmFate>(fate));

        await Compute(clock).StartAsync(run, Cancellation);

        Assert.Equal((2, 1), (Arm.StartRequests, Arm.Executions.Count));
        Assert.Equal("train-1", (await store.Notes().ReadAsync(run, Cancellation)).Execution);
        await EndAsync(run);
    }

    [Fact]
    public async Task A_start_that_Azure_refuses_for_long_fails_and_may_be_repeated()
    {
        var run = await store.AskAsync("refused", compute: "container-apps", time: clock);
        Arm.NextStarts(ArmFate.Unavailable, ArmFate.Unavailable, ArmFate.Unavailable, ArmFate.Unavailable);

        await Assert.ThrowsAsync<RequestFailedException>(() => Compute(clock).StartAsync(run, Cancellation));
        Assert.Equal(RunState.Pending, (await Compute(clock).StatusAsync(run, Cancellation)).State);
        await Compute(clock).StartAsync(run, Cancellation);
        await Compute(clock).StartAsync(run, Cancellation); // its execution is under way

        Assert.Single(Arm.Executions);
        await EndAsync(run);
    }

    [Fact]
    public async Task A_right_that_the_app_lacks_is_named_with_the_role_that_gives_it()
    {
        var run = await store.AskAsync("not-allowed", compute: "container-apps", time: clock);
        var compute = Compute(clock);
        async Task DeniedAsync(string action, Func<Task> ask)
        {
            Arm.Denied.Add(action);
            string said = (await Assert.ThrowsAsync<RequestFailedException>(ask)).Message;
            Arm.Denied.Clear();
            Assert.StartsWith($"Azure denies the app's identity the action {action} on the job 'train'. Give it the role 'Tidemark training starter'", said, StringComparison.Ordinal);
        }

        await DeniedAsync("Microsoft.App/jobs/start/action", () => compute.StartAsync(run, Cancellation));
        Assert.Empty(Arm.Executions);
        await compute.StartAsync(run, Cancellation);
        await DeniedAsync("Microsoft.App/jobs/execution/read", () => compute.StartAsync(run, Cancellation));
        await store.SetAsync(run, ("Status", "Running"), ("Worker", "train-1/a"), ("Heartbeat", clock.GetUtcNow()), ("Attempt", 1));
        await DeniedAsync("Microsoft.App/jobs/stop/execution/action", () => compute.StopAsync(run, Cancellation));
    }

    [Fact]
    public async Task An_execution_whose_name_the_app_may_not_read_is_started_once_and_works_without_it()
    {
        var run = await store.AskAsync("nameless", compute: "container-apps", time: clock);
        var compute = Compute(clock);
        Arm.Denied.Add("Microsoft.App/locations/jobOperationResults/read");

        await compute.StartAsync(run, Cancellation);
        await compute.StartAsync(run, Cancellation);
        clock.Advance(TimeSpan.FromMinutes(3));

        Assert.Equal(RunState.Pending, (await compute.StatusAsync(run, Cancellation)).State);
        Assert.Null((await store.Notes().ReadAsync(run, Cancellation)).Execution);
        Assert.Equal((1, 1), (Arm.StartRequests, Arm.Executions.Count));
        Arm.Denied.Add("Microsoft.App/jobs/executions/read");
        Assert.Contains("Microsoft.App/jobs/executions/read", (await Assert.ThrowsAsync<RequestFailedException>(() => compute.StatusAsync(run, Cancellation))).Message, StringComparison.Ordinal);
        await EndAsync(run);
    }

    [Fact]
    public async Task A_silent_worker_is_stopped_and_replaced_once_then_the_run_fails()
    {
        var run = await store.AskAsync("silent", compute: "container-apps", time: clock);
        var compute = Compute(clock);
        await compute.StartAsync(run, Cancellation);
        await store.SetAsync(run, ("Status", "Running"), ("Worker", "train-1/a"), ("Heartbeat", clock.GetUtcNow()), ("Attempt", 1));

        clock.Advance(TimeSpan.FromSeconds(149));
        Arm.SetStatus("train-1", "Unknown"); // what Azure does not know, the heartbeat tells
        Assert.Equal(RunState.Running, (await compute.StatusAsync(run, Cancellation)).State);
        Assert.Single(Arm.Executions);

        clock.Advance(TimeSpan.FromSeconds(2));
        string reason = (await compute.StatusAsync(run, Cancellation)).Reason!;
        await compute.StatusAsync(run, Cancellation);
        Assert.Contains("silent since", reason, StringComparison.Ordinal);
        Assert.Equal(["train-1"], Arm.Stopped);
        Assert.Equal(["train-1", "train-2"], Arm.Executions.Keys);

        await store.SetAsync(run, ("Worker", "train-2/b"), ("Heartbeat", clock.GetUtcNow()), ("Attempt", 2));
        clock.Advance(TimeSpan.FromMinutes(3));
        var failed = await compute.StatusAsync(run, Cancellation);
        Assert.Equal(RunState.Failed, failed.State);
        Assert.Contains("started again already (1 of 1)", failed.Reason, StringComparison.Ordinal);
        Assert.Equal(["train-1", "train-2"], Arm.Stopped);
        Assert.Equal(2, Arm.Executions.Count);
    }

    [Fact]
    public async Task An_execution_that_ends_before_it_takes_the_run_is_replaced_once_then_the_run_fails()
    {
        var run = await store.AskAsync("image-gone", compute: "container-apps", time: clock);
        var compute = Compute(clock);
        await compute.StartAsync(run, Cancellation);

        Arm.SetStatus("train-1", "Failed");
        Assert.Equal(RunState.Pending, (await compute.StatusAsync(run, Cancellation)).State);
        Assert.Single(Arm.Executions); // within the grace
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Contains("train-1 ended before it took the run; started again", (await compute.StatusAsync(run, Cancellation)).Reason, StringComparison.Ordinal);
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(RunState.Pending, (await compute.StatusAsync(run, Cancellation)).State); // train-2 is Processing

        lock (Arm.Executions) Arm.Executions.Clear(); // trimmed: Azure keeps the last ones only
        var failed = await compute.StatusAsync(run, Cancellation);

        Assert.Equal(RunState.Failed, failed.State);
        Assert.Contains("train-2 ended before it took the run", failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preempted_worker_is_replaced_and_that_is_no_restart()
    {
        var run = await store.AskAsync("preempted", compute: "container-apps", time: clock);
        var compute = Compute(clock);
        await compute.StartAsync(run, Cancellation);
        for (int attempt = 1; attempt <= 3; attempt++)
        {
            await store.SetAsync(run, ("Status", "Pending"), ("Worker", $"train-{attempt}/x"), ("Heartbeat", clock.GetUtcNow()), ("Attempt", attempt));
            Assert.Equal(RunState.Pending, (await compute.StatusAsync(run, Cancellation)).State);
        }

        Assert.Equal((4, 0), (await store.Notes().ReadAsync(run, Cancellation) is var note ? (note.Starts, note.Restarts) : default));
        await EndAsync(run);
    }

    [Fact]
    public async Task Stopping_stops_the_execution_that_has_the_run_and_no_other()
    {
        var held = await store.AskAsync("held", compute: "container-apps", time: clock);
        var waits = await store.AskAsync("waits", compute: "container-apps", time: clock);
        var compute = Compute(clock);
        await compute.StartAsync(held, Cancellation);
        await compute.StartAsync(waits, Cancellation);
        await store.SetAsync(held, ("Status", "Running"), ("Worker", "train-2/a"), ("Heartbeat", clock.GetUtcNow()), ("Attempt", 1)); // the other one's execution was faster

        await compute.StopAsync(held, Cancellation);
        await compute.StopAsync(waits, Cancellation);
        await compute.StopAsync(held, Cancellation);

        Assert.Equal(["train-2"], Arm.Stopped);
        Assert.Equal(RunState.Stopped, (await compute.StatusAsync(held, Cancellation)).State);
        Assert.Equal(RunState.Stopped, (await compute.StatusAsync(waits, Cancellation)).State);
    }

    [Theory]
    [InlineData("Running", true)]
    [InlineData("Processing", true)]
    [InlineData("Unknown", true)]
    [InlineData("SomethingNew", true)]
    [InlineData("Succeeded", false)]
    [InlineData("Failed", false)]
    [InlineData("Stopped", false)]
    [InlineData("Degraded", false)]
    public void Azures_words_for_an_execution_are_mapped(string status, bool mayWork) => Assert.Equal(mayWork, TrainingJob.MayWork(new(status)));

    private ContainerAppsCompute Compute(TimeProvider time)
    {
        var options = Options.Create(new ContainerAppsOptions { Job = ArmServer.Job });
        return new(store.Runs(time), store.Notes(time), new TrainingJob(Arm.Client(), options, time, NullLogger<TrainingJob>.Instance), Options.Create(new ComputeOptions()), options, store.Instruments, time, NullLogger<ContainerAppsCompute>.Instance);
    }

    private Task EndAsync(TrainingRunId run) => store.SetAsync(run, ("Status", "Failed"));

    /// <summary>What the job's container does.</summary>
    private async Task<string> TrainAsync(string execution)
    {
        var command = TrainerCommand.CSharp;
        var environment = new Dictionary<string, string?> { ["AzureWebJobsStorage"] = store.ConnectionString, ["CONTAINER_APP_JOB_EXECUTION_NAME"] = execution };
        await using var process = ChildProcess.Start(command.Program, [.. command.Arguments, "--claim", "--threads", "1"], environment, "build the solution");
        return await process.Exited == 0 ? "Succeeded" : "Failed";
    }
}
