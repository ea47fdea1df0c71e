using System.Collections.Concurrent;
using Azure.Data.Tables;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Durable;

/// <summary>I7: an orchestration ends or is stopped with a reason; a restart loses no step and repeats no irreversible one.</summary>
public sealed class CrashTests(AzuriteFixture azurite)
{
    private const int AtOnce = 16;
    private const string Expected = "b1 b2 child(c1) event timer again";

    [Fact]
    public async Task Survives_a_kill_after_each_write_to_storage_and_takes_each_step_once()
    {
        Journal journal = new();
        await using RunningHost functions = RunningHost.Idle(
            [typeof(Steps)], builder => builder.Services.AddSingleton(journal), ("AzureWebJobsStorage", azurite.ConnectionString));
        await using Lives straight = new(functions, azurite);
        (OrchestrationMetadata end, DurableStore store, int writes) = await straight.RunAsync(nameof(Steps.Tell), new Chapter("straight", null), []);
        Assert.Equal(Expected, end.ReadOutputAs<string>());
        Assert.All(journal.RunsOf("straight"), run => Assert.Equal(1, run.Runs));
        await AssertIsSoundAsync(store);

        await Parallel.ForEachAsync(
            Enumerable.Range(0, writes + 1),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken },
            async (lastWrite, _) => await SurviveAsync(lastWrite, functions, journal));
    }

    private async Task SurviveAsync(int lastWrite, RunningHost functions, Journal journal)
    {
        await using Lives lives = new(functions, azurite);

        int runsBefore = 0, known = 0;
        (OrchestrationMetadata end, DurableStore store, _) = await lives.RunAsync(nameof(Steps.Tell), new Chapter($"{lastWrite}", null), [lastWrite], async hub =>
        {
            runsBefore = journal.RunsOf($"{lastWrite}").Sum(r => r.Runs);
            known = await KnownAsync(hub);
        });

        List<(string Step, int Runs)> runs = journal.RunsOf($"{lastWrite}");
        string told = $"Killed after write {lastWrite}: {end.SerializedOutput}, {string.Join(", ", runs)}";
        Assert.True(Expected == end.ReadOutputAs<string>(), told);
        Assert.Equal(journal.RunsOf("straight").Select(r => r.Step), runs.Select(r => r.Step));
        // What has a result in storage at the kill is not run again; everything else is run, once.
        Assert.True(runs.Sum(r => r.Runs) - runsBefore == runs.Count - known, $"{told}; {known} results known after {runsBefore} runs");
        await AssertIsSoundAsync(store);
    }

    /// <summary>Activities whose results are in storage: all three once the story has begun anew, which forgets the claims.</summary>
    private static async Task<int> KnownAsync(DurableStore store)
    {
        await store.CreateAsync(TestContext.Current.CancellationToken);
        InstanceRow? row = await store.FindAsync("story", TestContext.Current.CancellationToken);
        if (row?.Input.Text?.Contains("timer", StringComparison.Ordinal) == true) return 3;
        int done = 0;
        await foreach (TableEntity claim in store.Table.QueryAsync<TableEntity>("RowKey ge 'a-' and RowKey lt 'a.'", cancellationToken: TestContext.Current.CancellationToken))
            done += claim.GetBoolean("Done") == true ? 1 : 0;
        return done;
    }

    /// <summary>History without gaps, each action answered at most once.</summary>
    private static async Task AssertIsSoundAsync(DurableStore store)
    {
        foreach (string id in (List<string>)["story", "story:child"])
        {
            InstanceRow row = (await store.FindAsync(id, TestContext.Current.CancellationToken))!;
            List<Episode> history = await store.HistoryAsync(row, TestContext.Current.CancellationToken);
            Assert.Equal(Enumerable.Range(0, row.Episodes), history.Select(e => e.Number));
            List<int> answered = [.. history.SelectMany(e => e.Messages).Where(m => m.TaskId >= 0).Select(m => m.TaskId)];
            Assert.Equal(answered.Distinct(), answered);
            Assert.Empty(answered.Except(history.SelectMany(e => e.Actions).Select(a => a.Id)));
        }
    }

    /// <param name="Story">Which telling it is, for the journal.</param>
    private sealed record Chapter(string Story, string? Before);

    private sealed record Deed(string Story, string Step);

    /// <summary>How often each activity of each story ran.</summary>
    private sealed class Journal
    {
        private readonly ConcurrentDictionary<Deed, int> runs = new();

        public void Add(Deed deed) => runs.AddOrUpdate(deed, 1, (_, count) => count + 1);

        public List<(string Step, int Runs)> RunsOf(string story) =>
            [.. runs.Where(r => r.Key.Story == story).Select(r => (r.Key.Step, r.Value)).OrderBy(r => r.Step, StringComparer.Ordinal)];
    }

    private sealed class Steps(Journal journal)
    {
        private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);

        /// <summary>Activities at once, a child, an event from it, a timer; then it begins anew.</summary>
        [Function(nameof(Tell))]
        public static async Task<string> Tell([OrchestrationTrigger] TaskOrchestrationContext context, Chapter chapter)
        {
            if (chapter.Before is { } before) return $"{before} again";
            List<string> told = [.. await Task.WhenAll(Do("b1"), Do("b2"))];
            told.Add(await context.CallSubOrchestratorAsync<string>(nameof(Child), chapter, new SubOrchestrationOptions(instanceId: "story:child")));
            told.Add((await context.WaitForExternalEvent<string>("told"))!);
            await context.CreateTimer(Soon, CancellationToken.None);
            context.ContinueAsNew(chapter with { Before = string.Join(' ', told.Append("timer")) });
            return "";

            Task<string> Do(string step) => context.CallActivityAsync<string>(nameof(Step), new Deed(chapter.Story, step));
        }

        [Function(nameof(Child))]
        public static async Task<string> Child([OrchestrationTrigger] TaskOrchestrationContext context, Chapter chapter)
        {
            string step = await context.CallActivityAsync<string>(nameof(Step), new Deed(chapter.Story, "c1"));
            context.SendEvent(context.Parent!.InstanceId, "told", "event");
            return $"child({step})";
        }

        [Function(nameof(Step))]
        public string Step([ActivityTrigger] Deed deed)
        {
            journal.Add(deed);
            return deed.Step;
        }
    }
}
