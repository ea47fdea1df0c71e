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
        Journal first = new(), second = new();
        await using Hub one = await StartAsync(first, null);
        await using Hub two = await StartAsync(second, one.Name);

        OrchestrationMetadata[] ends = await Task.WhenAll(Enumerable.Range(0, Instances).Select(i => one.RunAsync(nameof(Team.Work), i)));

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

    private Task<Hub> StartAsync(Journal journal, string? name) => Hub.StartAsync(azurite, [typeof(Team)], b => b.Services.AddSingleton(journal), name);

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
