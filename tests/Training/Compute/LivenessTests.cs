using Tidemark.Retraining.Compute;
using Xunit;

namespace Tidemark.Tests.Training.Compute;

/// <summary>The heartbeat rule, case by case.</summary>
public sealed class LivenessTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly ComputeOptions Options = new();

    [Theory]
    [InlineData(0, 0, 0, -1, nameof(LifeSign.Waiting))] // not started yet
    [InlineData(0, 0, 1, 29, nameof(LifeSign.Waiting))]
    [InlineData(0, 0, 1, 31, nameof(LifeSign.Hopeless))] // nobody took it
    [InlineData(1, 0, 1, 5, nameof(LifeSign.Preempted))] // taken since it was started, and given back
    [InlineData(1, 0, 20, 5, nameof(LifeSign.Hopeless))] // too often
    [InlineData(1, 1, 2, 5, nameof(LifeSign.Waiting))] // started again since
    internal void A_run_that_waits(int attempt, int seen, int starts, int minutes, string expected) => Assert.Equal(
        expected, Liveness.Of(Run(RunState.Pending, attempt, Now.AddMinutes(-40)), Note(starts, 0, seen, minutes), Now, Options).Sign.ToString());

    [Theory]
    [InlineData(149, 0, 0, nameof(LifeSign.Alive))]
    [InlineData(151, 0, 0, nameof(LifeSign.Silent))]
    [InlineData(151, 1, 0, nameof(LifeSign.Hopeless))] // silent, and it was started again once already
    [InlineData(151, 1, 1, nameof(LifeSign.Waiting))] // another was started since
    [InlineData(4000, 1, 1, nameof(LifeSign.Hopeless))] // and did not take it
    internal void A_run_that_a_worker_has(int silentSeconds, int restarts, int seen, string expected) => Assert.Equal(
        expected, Liveness.Of(Run(RunState.Running, 1, Now.AddSeconds(-silentSeconds)), Note(1 + restarts, restarts, seen, silentSeconds > 1000 ? 60 : 2), Now, Options).Sign.ToString());

    [Theory]
    [InlineData(RunState.Succeeded)]
    [InlineData(RunState.Failed)]
    [InlineData(RunState.Stopped)]
    public void A_run_that_has_ended(RunState state) => Assert.Equal(LifeSign.Ended, Liveness.Of(Run(state, 1, Now.AddDays(-1)), StartNote.None, Now, Options).Sign);

    [Fact]
    public void A_reason_names_worker_and_time()
    {
        string reason = Liveness.Of(Run(RunState.Running, 1, Now.AddMinutes(-10)), Note(2, 1, 0, 20), Now, Options).Reason!;

        Assert.Equal("Worker gpu has been silent since 2026-11-20 11:50:00Z, and the run was started again already (1 of 1).", reason);
    }

    private static TrainingRun Run(RunState state, int attempt, DateTimeOffset heartbeat) => new()
    {
        Id = TrainingStore.Id("r"),
        State = state,
        Model = "heart",
        Compute = "local",
        Created = Now.AddHours(-1),
        Worker = "gpu/1",
        Heartbeat = heartbeat,
        Attempt = attempt,
    };

    private static StartNote Note(int starts, int restarts, int attempt, int minutesAgo) =>
        starts == 0 ? StartNote.None : new(starts, restarts, Now.AddMinutes(-minutesAgo), attempt, null);
}
