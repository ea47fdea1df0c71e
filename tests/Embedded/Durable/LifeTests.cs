using DurableTask.Core.Exceptions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Tidemark.Tests.Embedded.Durable;

/// <summary>Suspending, terminating, purging, asking, starting twice.</summary>
public sealed class LifeTests(AzuriteFixture azurite)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Suspended_instance_keeps_what_comes_and_goes_on_when_resumed()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Lives));
        string id = await StartAsync(hub);

        await hub.Client.SuspendInstanceAsync(id, "tea", Stop);
        await Eventually.IsAsync(async () => await StateAsync(hub, id) == OrchestrationRuntimeStatus.Suspended);
        await hub.Client.RaiseEventAsync(id, "go", "on", Stop);
        await hub.Client.SuspendInstanceAsync(id, "still", Stop);
        Assert.Equal("waits", (await hub.Client.GetInstanceAsync(id, true, Stop))!.ReadCustomStatusAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, await StateAsync(hub, id));
        await hub.Client.ResumeInstanceAsync(id, "tea is over", Stop);

        Assert.Equal("went on", (await hub.EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Terminated_instance_has_the_given_output_and_takes_its_children_along_when_told_to()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Lives));
        string id = await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(Lives.Family), new StartOrchestrationOptions("family"), Stop);
        await Eventually.IsAsync(async () => await StateAsync(hub, "child") == OrchestrationRuntimeStatus.Running);

        await hub.Client.TerminateInstanceAsync(id, new TerminateInstanceOptions("enough", Recursive: true), Stop);

        OrchestrationMetadata end = await hub.EndAsync(id);
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, "enough"), (end.RuntimeStatus, end.ReadOutputAs<string>()));
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await hub.EndAsync("child")).RuntimeStatus);
    }

    [Fact]
    public async Task Parent_of_a_terminated_child_sees_a_failed_task()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Lives));
        string id = await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(Lives.Family), Stop);
        await Eventually.IsAsync(async () => await StateAsync(hub, "child") == OrchestrationRuntimeStatus.Running);

        await hub.Client.TerminateInstanceAsync("child", "reasons", Stop);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await hub.EndAsync(id)).RuntimeStatus);
    }

    [Fact]
    public async Task Second_start_of_a_running_instance_is_refused_and_of_an_ended_one_begins_it_anew()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Lives));
        string id = await StartAsync(hub);

        OrchestrationAlreadyExistsException refused = await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => StartAsync(hub, id));
        Assert.Equal($"An Orchestration instance with the ID {id} already exists.", refused.Message);
        await hub.Client.RaiseEventAsync(id, "go", "first", Stop);
        Assert.Equal("went first", (await hub.EndAsync(id)).ReadOutputAs<string>());

        StartOrchestrationOptions once = new StartOrchestrationOptions(id).WithDedupeStatuses(OrchestrationRuntimeStatus.Completed);
        await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(Lives.Wait), once, Stop));
        await StartAsync(hub, id);
        await hub.Client.RaiseEventAsync(id, "go", "second", Stop);
        Assert.Equal("went second", (await hub.EndAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Of_many_starts_at_once_exactly_one_wins()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Lives));

        bool[] won = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(async () =>
        {
            try
            {
                await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(Lives.Wait), new StartOrchestrationOptions("one"), Stop);
                return true;
            }
            catch (OrchestrationAlreadyExistsException)
            {
                return false;
            }
        })));

        Assert.Single(won, w => w);
    }

    [Fact]
    public async Task Child_under_the_identifier_of_a_running_instance_fails_its_call()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Lives));
        await StartAsync(hub, "child");

        OrchestrationMetadata end = await hub.RunAsync(nameof(Lives.Family));

        Assert.Contains("An Orchestration instance with the ID child already exists.", end.SerializedOutput, StringComparison.Ordinal);
        Assert.Equal(OrchestrationRuntimeStatus.Running, await StateAsync(hub, "child"));
    }

    [Fact]
    public async Task Queries_filter_by_state_time_and_prefix_and_come_in_pages()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Lives));
        for (int i = 0; i < 5; i++) await StartAsync(hub, $"a{i}");
        await StartAsync(hub, "b0");
        await hub.Client.TerminateInstanceAsync("a4", Stop);
        await hub.EndAsync("a4");

        async Task<string[]> FindAsync(OrchestrationQuery query) => [.. (await hub.Client.GetAllInstancesAsync(query).ToListAsync(Stop)).Select(m => m.InstanceId).Order()];

        Assert.Equal(["a0", "a1", "a2", "a3", "a4", "b0"], await FindAsync(new()));
        Assert.Equal(["a0", "a1", "a2", "a3", "a4"], await FindAsync(new(InstanceIdPrefix: "a", PageSize: 2)));
        Assert.Equal(["a4"], await FindAsync(new(Statuses: [OrchestrationRuntimeStatus.Terminated])));
        Assert.Empty(await FindAsync(new(CreatedFrom: TimeProvider.System.GetUtcNow().AddHours(1))));
        Assert.Empty(await FindAsync(new(TaskHubNames: ["another"])));
        List<Page<OrchestrationMetadata>> pages = await hub.Client.GetAllInstancesAsync(new(PageSize: 4)).AsPages().ToListAsync(Stop);
        Assert.Equal([4, 2], pages.Select(p => p.Values.Count));
        Page<OrchestrationMetadata> second = await hub.Client.GetAllInstancesAsync(new(PageSize: 4)).AsPages(pages[0].ContinuationToken).FirstAsync(Stop);
        Assert.Equal(pages[1].Values.Select(m => m.InstanceId), second.Values.Select(m => m.InstanceId));
    }

    [Fact]
    public async Task Purge_removes_ended_instances_only()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Lives));
        foreach (string id in (string[])["x", "y", "z"]) await StartAsync(hub, id);
        foreach (string id in (string[])["x", "y"])
        {
            await hub.Client.TerminateInstanceAsync(id, Stop);
            await hub.EndAsync(id);
        }

        Assert.Equal(0, (await hub.Client.PurgeInstanceAsync("z", Stop)).PurgedInstanceCount);
        Assert.Equal(1, (await hub.Client.PurgeInstanceAsync("x", Stop)).PurgedInstanceCount);
        PurgeResult all = await hub.Client.PurgeAllInstancesAsync(new(Statuses: [OrchestrationRuntimeStatus.Terminated]), Stop);
        Assert.Equal((1, true), (all.PurgedInstanceCount, all.IsComplete));
        Assert.Equal("z", Assert.Single(await hub.Client.GetAllInstancesAsync().ToListAsync(Stop)).InstanceId);
    }

    [Fact]
    public async Task Restart_begins_anew_with_the_same_input()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Lives));
        string id = (await hub.RunAsync(nameof(Lives.Echo), "hello")).InstanceId;

        string other = await hub.Client.RestartAsync(id, restartWithNewInstanceId: true, Stop);

        Assert.NotEqual(id, other);
        Assert.Equal("hello", (await hub.EndAsync(other)).ReadOutputAs<string>());
        Assert.Equal(id, await hub.Client.RestartAsync(id, cancellation: Stop));
        await Assert.ThrowsAsync<ArgumentException>(() => hub.Client.RestartAsync("nobody", cancellation: Stop));
    }

    [Fact]
    public async Task Metadata_without_inputs_and_outputs_refuses_to_show_them()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Lives));
        OrchestrationMetadata end = await hub.RunAsync(nameof(Lives.Echo), "hello");

        OrchestrationMetadata bare = (await hub.Client.GetInstanceAsync(end.InstanceId, Stop))!;

        Assert.Null(bare.SerializedOutput);
        Assert.Throws<InvalidOperationException>(bare.ReadOutputAs<string>);
    }

    private static async Task<string> StartAsync(Hub hub, string? id = null)
    {
        id = await hub.Client.ScheduleNewOrchestrationInstanceAsync(nameof(Lives.Wait), new StartOrchestrationOptions(id), Stop);
        await hub.StatusAsync(id, "waits");
        return id;
    }

    private static async Task<OrchestrationRuntimeStatus?> StateAsync(Hub hub, string id) => (await hub.Client.GetInstanceAsync(id, Stop))?.RuntimeStatus;

    public sealed class Lives
    {
        [Function(nameof(Wait))]
        public static async Task<string> Wait([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            context.SetCustomStatus("waits");
            return $"went {await context.WaitForExternalEvent<string>("go")}";
        }

        [Function(nameof(Family))]
        public static Task Family([OrchestrationTrigger] TaskOrchestrationContext context) =>
            context.CallSubOrchestratorAsync(nameof(Wait), new SubOrchestrationOptions(instanceId: "child"));

        [Function(nameof(Echo))]
        public static Task<string> Echo([OrchestrationTrigger] TaskOrchestrationContext context, string input) => Task.FromResult(input);
    }
}
