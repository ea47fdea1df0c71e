using System.Collections.Concurrent;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Tidemark.Tests.Embedded.Durable;

/// <summary>Several hosts on one hub.</summary>
public sealed class SharingTests(AzuriteFixture azurite)
{
    private const int Instances = 12;
    private const int Activities = 6;

    [Fact]
    public async Task Two_hosts_share_the_work_and_do_each_part_once()
    {
        TaskCompletionSource both = new();
        Journal first = new() { Gate = both }, second = new() { Gate = both };
        await using Hub one = await StartAsync(first, null);
        await using Hub two = await StartAsync(second, one.Name);

        Task<OrchestrationMetadata[]> running = Task.WhenAll(Enumerable.Range(0, Instances).Select(i => one.RunAsync(nameof(Team.Work), i)));
        // Neither may run them all at once, so the other gets some.
        await Eventually.IsAsync(() => Task.FromResult(!first.Begun.IsEmpty && !second.Begun.IsEmpty));
        both.SetResult();
        OrchestrationMetadata[] ends = await running;

        Assert.Equal(Enumerable.Range(0, Instances).Select(i => Activities * i), ends.Select(e => e.ReadOutputAs<int>()));
        Assert.Equal(Instances * Activities, first.Done.Count + second.Done.Count);
        Assert.Equal(Instances * Activities, first.Done.Concat(second.Done).Distinct().Count());
        Assert.All((List<Journal>)[first, second], j => Assert.NotEmpty(j.Done));
    }

    [Fact]
    public async Task Stop_lets_running_activities_finish_and_leaves_the_rest_to_others()
    {
        Journal first = new(), second = new();
        Hub one = await StartAsync(first, null);
        string id;
        await using (one)
        {
            first.Gate = new TaskCompletionSource();
            id = await one.Client.ScheduleNewOrchestrationInstanceAsync(nameof(Team.Work), 3, TestContext.Current.CancellationToken);
            await Eventually.IsAsync(() => Task.FromResult(first.Begun.Count == Activities));
            Task stopped = one.Host.StopAsync();
            first.Gate.SetResult();
            await stopped;
            Assert.Equal(Activities, first.Done.Count);
        }

        await using Hub two = await StartAsync(second, one.Name);
        Assert.Equal(3 * Activities, (await two.EndAsync(id)).ReadOutputAs<int>());
        Assert.Empty(second.Done);
    }

    [Fact]
    public async Task An_activity_that_runs_on_keeps_no_other_from_beginning_while_the_host_may_run_more()
    {
        Journal journal = new() { Gate = new TaskCompletionSource() };
        await using Hub hub = await Hub.StartAsync(azurite, [typeof(Team)], b => b.Services.AddSingleton(journal), durable: "\"maxConcurrentActivityFunctions\": 2");
        string[] ids = new string[3];
        for (int i = 0; i < 2; i++)
        {
            ids[i] = await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(Team.One), i, TestContext.Current.CancellationToken);
            await Eventually.IsAsync(() => Task.FromResult(journal.Begun.Count == i + 1));
        }

        ids[2] = await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(Team.One), 2, TestContext.Current.CancellationToken);
        await hub.StatusAsync(ids[2], "called");
        Assert.Equal(2, journal.Begun.Count);
        journal.Gate.SetResult();
        foreach (string id in ids) await hub.EndAsync(id);

        Assert.Equal(3, journal.Done.Count);
    }

    private Task<Hub> StartAsync(Journal journal, string? name) =>
        Hub.StartAsync(azurite, [typeof(Team)], b => b.Services.AddSingleton(journal), name, durable: "\"maxConcurrentActivityFunctions\": 20");

    public sealed class Journal
    {
        public TaskCompletionSource? Gate { get; set; }

        public ConcurrentQueue<string> Begun { get; } = new();

        public ConcurrentQueue<string> Done { get; } = new();
    }

    public sealed class Team(Journal journal)
    {
        [Function(nameof(Work))]
        public static async Task<int> Work([OrchestrationTrigger] TaskOrchestrationContext context, int number) =>
            (await Task.WhenAll(Enumerable.Range(0, Activities).Select(i => context.CallActivityAsync<int>(nameof(Part), new Piece(number, i))))).Sum();

        [Function(nameof(One))]
        public static async Task<int> One([OrchestrationTrigger] TaskOrchestrationContext context, int number)
        {
            Task<int> part = context.CallActivityAsync<int>(nameof(Part), new Piece(number, 0));
            context.SetCustomStatus("called");
            return await part;
        }

        [Function(nameof(Part))]
        public async Task<int> Part([ActivityTrigger] Piece piece)
        {
            journal.Begun.Enqueue($"{piece}");
            await (journal.Gate?.Task ?? Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System));
            journal.Done.Enqueue($"{piece}");
            return piece.Number;
        }
    }

    public sealed record Piece(int Number, int Index);
}
