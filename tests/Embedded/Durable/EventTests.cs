using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Tidemark.Tests.Embedded.Durable;

/// <summary>Events from outside and from other orchestrations.</summary>
public sealed class EventTests(AzuriteFixture azurite)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_are_found_by_name_in_any_case_and_kept_until_somebody_waits()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Events));
        string id = await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(Events.Buffered), Stop);

        for (int number = 1; number <= 3; number++) await hub.Client.RaiseEventAsync(id, "NUMBER", number, Stop);
        await hub.StatusAsync(id, "waits");
        await hub.Client.RaiseEventAsync(id, "go", cancellation: Stop);

        int[] numbers = (await hub.EndAsync(id)).ReadOutputAs<int[]>()!;
        Assert.Equal([1, 2, 3], numbers);
    }

    [Fact]
    public async Task Last_waiter_gets_the_event_first()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Events));
        string id = await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(Events.Stacked), Stop);
        await hub.StatusAsync(id, "waits");

        await hub.Client.RaiseEventAsync(id, "word", "one", Stop);
        await hub.Client.RaiseEventAsync(id, "word", "two", Stop);

        Assert.Equal(["first: two", "second: one"], (await hub.EndAsync(id)).ReadOutputAs<string[]>()!);
    }

    [Fact]
    public async Task Waiting_for_one_name_with_two_types_is_refused()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Events));

        OrchestrationMetadata end = await hub.RunAsync(nameof(Events.TwoTypes));

        Assert.Equal("System.ArgumentException", end.FailureDetails!.ErrorType);
        Assert.Contains("Expected System.String but was requested System.Int32", end.SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orchestrations_send_each_other_events()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Events));
        string id = await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(Events.Stacked), Stop);
        await hub.StatusAsync(id, "waits");

        await hub.RunAsync(nameof(Events.Teller), id);

        Assert.Equal(["first: two", "second: one"], (await hub.EndAsync(id)).ReadOutputAs<string[]>()!);
    }

    [Fact]
    public async Task Event_to_nobody_or_to_an_ended_instance_is_dropped()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Events));
        OrchestrationMetadata end = await hub.RunAsync(nameof(Events.TwoTypes));

        await hub.Client.RaiseEventAsync("nobody", "word", "lost", Stop);
        await hub.Client.RaiseEventAsync(end.InstanceId, "word", "late", Stop);

        Assert.Null(await hub.Client.GetInstanceAsync("nobody", Stop));
    }

    [Fact]
    public async Task Eternal_orchestration_begins_anew_and_keeps_events_that_it_had_no_time_for()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Events));
        string id = await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(Events.Sum), new Total(0, 0), Stop);

        foreach (int number in Enumerable.Range(1, 20)) await hub.Client.RaiseEventAsync(id, "add", number, Stop);

        OrchestrationMetadata end = await hub.EndAsync(id);
        Assert.Equal(new Total(20, 210), end.ReadOutputAs<Total>());
        Assert.Equal(new Total(19, 190), end.ReadInputAs<Total>());
    }

    public sealed record Total(int Count, int Sum);

    public sealed class Events
    {
        [Function(nameof(Buffered))]
        public static async Task<int[]> Buffered([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            context.SetCustomStatus("waits");
            await context.WaitForExternalEvent<object>("Go");
            return [await Number(), await Number(), await Number()];

            Task<int> Number() => context.WaitForExternalEvent<int>("number");
        }

        [Function(nameof(Stacked))]
        public static async Task<string[]> Stacked([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            Task<string?> first = context.WaitForExternalEvent<string>("word");
            Task<string?> second = context.WaitForExternalEvent<string>("word");
            context.SetCustomStatus("waits");
            await Task.WhenAll(first, second);
            return [$"first: {await first}", $"second: {await second}"];
        }

        [Function(nameof(TwoTypes))]
        public static async Task TwoTypes([OrchestrationTrigger] TaskOrchestrationContext context) =>
            await Task.WhenAll(context.WaitForExternalEvent<string>("word"), context.WaitForExternalEvent<int>("WORD"));

        [Function(nameof(Teller))]
        public static Task Teller([OrchestrationTrigger] TaskOrchestrationContext context, string instance)
        {
            context.SendEvent(instance, "word", "one");
            context.SendEvent(instance, "word", "two");
            return Task.CompletedTask;
        }

        [Function(nameof(Sum))]
        public static async Task<Total?> Sum([OrchestrationTrigger] TaskOrchestrationContext context, Total total)
        {
            total = new(total.Count + 1, total.Sum + await context.WaitForExternalEvent<int>("add"));
            if (total.Count == 20) return total;
            context.ContinueAsNew(total);
            return null;
        }
    }
}
