using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Tidemark.Tests.Embedded.Durable;

/// <summary>What stays the same when an orchestrator is replayed, and what happens to one that does not.</summary>
public sealed class ReplayTests(AzuriteFixture azurite)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Times_and_guids_are_the_same_at_each_replay_and_logs_are_written_once()
    {
        LogLines lines = new();
        Journal journal = new();
        await using Hub hub = await StartAsync(journal, lines);

        OrchestrationMetadata end = await hub.RunAsync(nameof(Players.Steady));

        string[] seen = end.ReadOutputAs<string[]>()!;
        Assert.Equal(6, seen.Distinct().Count());
        Assert.Equal([.. seen.Take(2), .. seen.Take(4), .. seen, .. seen], journal.Seen);
        Assert.All(seen.Where((_, i) => i % 2 == 1), g => Assert.Equal('5', g[14]));
        Assert.Equal(["step 0", "step 1", "step 2"], lines.From(LogLevel.Information).Where(l => l.StartsWith("step", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Guid_is_version_5_of_instance_time_and_counter()
    {
        Journal journal = new();
        FakeClock clock = new(new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
        await using Hub hub = await Hub.StartAsync(azurite, [typeof(Players)], b => b.Services.AddSingleton(journal).AddSingleton<TimeProvider>(clock));

        OrchestrationMetadata end = await hub.RunAsync(nameof(Players.Guids), options: new StartOrchestrationOptions("fixed"));

        // Made by Python's uuid.uuid5(UUID('9e952958-5e33-4daf-827f-2fa12937b875'), 'fixed_2026-11-20T12:00:00.0000000Z_0') and …_1.
        Assert.Equal(["8129af1a-aec3-52ee-aa2b-4c31d74fb2ed", "70d32918-7f26-564f-85a9-2a3568f4cb75"], end.ReadOutputAs<string[]>()!);
    }

    [Theory]
    [InlineData(nameof(Players.OtherName), "instead produced an activity task with sequence number 0 named 'Second'")]
    [InlineData(nameof(Players.OtherKind), "scheduled an activity task with sequence number 0 named 'Pass', but the current orchestration replay instead produced a timer task")]
    [InlineData(nameof(Players.Fewer), "hasn't (yet?) scheduled this task")]
    [InlineData(nameof(Players.More), "which its history does not have")]
    public async Task Orchestrator_that_does_something_else_in_a_replay_fails(string orchestrator, string reason)
    {
        await using Hub hub = await StartAsync(new Journal());

        OrchestrationMetadata end = await hub.RunAsync(orchestrator);

        Assert.Equal("DurableTask.Core.Exceptions.NonDeterministicOrchestrationException", end.FailureDetails!.ErrorType);
        Assert.StartsWith("Non-Deterministic workflow detected: ", end.SerializedOutput, StringComparison.Ordinal);
        Assert.Contains(reason, end.SerializedOutput, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(Players.Delays))]
    [InlineData(nameof(Players.DelaysLater))]
    [InlineData(nameof(Players.LeavesItsThread))]
    public async Task Orchestrator_that_awaits_what_is_not_durable_fails(string orchestrator)
    {
        await using Hub hub = await StartAsync(new Journal());

        OrchestrationMetadata end = await hub.RunAsync(orchestrator);

        Assert.Equal("System.InvalidOperationException", end.FailureDetails!.ErrorType);
        Assert.StartsWith("An invalid asynchronous invocation was detected.", end.SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Middleware_sees_orchestrators_and_activities()
    {
        Journal journal = new();
        await using Hub hub = await Hub.StartAsync(azurite, [typeof(Players)], builder =>
        {
            builder.Services.AddSingleton(journal);
            builder.Use(next => async context =>
            {
                journal.Seen.Enqueue($"{context.FunctionDefinition.Name} {context.FunctionDefinition.InputBindings.Values.First().Type}");
                await next(context);
            });
        });

        await hub.RunAsync(nameof(Players.Twice));

        Assert.Equal(
            ["Twice orchestrationTrigger", "Pass activityTrigger", "Twice orchestrationTrigger", "Pass activityTrigger", "Twice orchestrationTrigger"], journal.Seen);
    }

    [Fact]
    public async Task Task_options_in_the_place_of_an_input_are_refused()
    {
        await using Hub hub = await StartAsync(new Journal());

        OrchestrationMetadata end = await hub.RunAsync(nameof(Players.Misplaced));

        Assert.Equal("System.ArgumentException", end.FailureDetails!.ErrorType);
        Assert.Contains("Did you actually mean to provide a TaskOptions value", end.SerializedOutput, StringComparison.Ordinal);
    }

    private Task<Hub> StartAsync(Journal journal, LogLines? lines = null) => Hub.StartAsync(azurite, [typeof(Players)], builder =>
    {
        builder.Services.AddSingleton(journal);
        if (lines is not null) builder.Logging.AddProvider(new Provider(lines));
    });

    private sealed class Provider(LogLines lines) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => lines;

        public void Dispose()
        {
        }
    }

    /// <summary>What orchestrators leave behind although they must not: the test looks at replays through it.</summary>
    public sealed class Journal
    {
        public ConcurrentDictionary<string, int> Plays { get; } = new();

        public ConcurrentQueue<string> Seen { get; } = new();

        public bool IsFirst(string name) => Plays.AddOrUpdate(name, 1, (_, plays) => plays + 1) == 1;
    }

    public sealed class Players(Journal journal)
    {
        [Function(nameof(Steady))]
        public async Task<string[]> Steady([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            ILogger logger = context.CreateReplaySafeLogger<Players>();
            List<string> seen = [];
            for (int step = 0; step < 3; step++)
            {
                Say(logger, step);
                seen.Add($"{context.CurrentUtcDateTime:o}");
                seen.Add($"{context.NewGuid()}");
                journal.Seen.Enqueue(seen[^2]);
                journal.Seen.Enqueue(seen[^1]);
                await context.CallActivityAsync(nameof(Pass));
            }

            return [.. seen];
        }

        private static void Say(ILogger logger, int step)
        {
            if (logger.IsEnabled(LogLevel.Information)) logger.Log(LogLevel.Information, "step {Step}", step);
        }

        [Function(nameof(Guids))]
        public static Task<string[]> Guids([OrchestrationTrigger] TaskOrchestrationContext context) =>
            Task.FromResult<string[]>([$"{context.NewGuid()}", $"{context.NewGuid()}"]);

        [Function(nameof(OtherName))]
        public async Task OtherName([OrchestrationTrigger] TaskOrchestrationContext context) =>
            await context.CallActivityAsync(journal.IsFirst(nameof(OtherName)) ? "Pass" : "Second");

        [Function(nameof(OtherKind))]
        public async Task OtherKind([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            if (journal.IsFirst(nameof(OtherKind))) await context.CallActivityAsync(nameof(Pass));
            else await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
        }

        [Function(nameof(Fewer))]
        public async Task Fewer([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            if (journal.IsFirst(nameof(Fewer))) await context.CallActivityAsync(nameof(Pass));
        }

        [Function(nameof(More))]
        public async Task More([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            Task pass = context.CallActivityAsync(nameof(Pass));
            if (!journal.IsFirst(nameof(More))) await context.CallActivityAsync(nameof(Pass));
            await pass;
        }

        [Function(nameof(Delays))]
        public static async Task Delays([OrchestrationTrigger] TaskOrchestrationContext context) =>
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);

        [Function(nameof(DelaysLater))]
        public static async Task DelaysLater([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            await context.CallActivityAsync(nameof(Pass));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        [Function(nameof(LeavesItsThread))]
        public static async Task LeavesItsThread([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            await context.CallActivityAsync(nameof(Pass)).ConfigureAwait(false);
            await context.CallActivityAsync(nameof(Pass));
        }

        [Function(nameof(Twice))]
        public static async Task Twice([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            await context.CallActivityAsync(nameof(Pass));
            await context.CallActivityAsync(nameof(Pass));
        }

        [Function(nameof(Misplaced))]
        public static Task Misplaced([OrchestrationTrigger] TaskOrchestrationContext context) =>
            context.CallActivityAsync<int>(nameof(Pass), (object)TaskOptions.FromRetryPolicy(new RetryPolicy(1, TimeSpan.FromSeconds(1))));

        [Function(nameof(Pass))]
        public static void Pass([ActivityTrigger] object? nothing)
        {
        }
    }
}
