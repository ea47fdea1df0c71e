using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Xunit;

namespace Tidemark.Tests.Embedded.Durable;

/// <summary>Activities and sub-orchestrations.</summary>
public sealed class CallTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Activities_are_called_in_turn_with_their_inputs_and_results()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Calls));

        OrchestrationMetadata end = await hub.RunAsync(nameof(Calls.Greet), new Person("Ada", 36));

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        Assert.Equal(["Hello Ada", "37", end.InstanceId, "none"], end.ReadOutputAs<string[]>()!);
        Assert.Equal(new Person("Ada", 36), end.ReadInputAs<Person>());
        Assert.Null(end.FailureDetails);
    }

    [Fact]
    public async Task Fan_out_gives_results_in_the_order_of_the_calls()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Calls));

        OrchestrationMetadata end = await hub.RunAsync(nameof(Calls.Squares), 30);

        Assert.Equal(Enumerable.Range(0, 30).Select(i => i * i), end.ReadOutputAs<int[]>()!);
    }

    [Fact]
    public async Task Failed_activity_surfaces_as_a_task_failure_with_its_cause()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Calls));

        OrchestrationMetadata end = await hub.RunAsync(nameof(Calls.Catch));

        Assert.Equal(
            [
                "Task 'fail' (#0) failed with an unhandled exception: broken: badly", "fail", "0", "System.InvalidOperationException", "broken: badly", "True", "True", "False",
                "System.ArgumentException", "DurableTask.Core.Exceptions.TaskFailedException",
            ],
            end.ReadOutputAs<string[]>()!);
    }

    [Fact]
    public async Task Failure_that_nobody_catches_fails_the_instance()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Calls));

        OrchestrationMetadata end = await hub.RunAsync(nameof(Calls.Pass));

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Equal("Task 'Fail' (#0) failed with an unhandled exception: broken: badly", end.SerializedOutput);
        Assert.Equal("Microsoft.DurableTask.TaskFailedException", end.FailureDetails!.ErrorType);
        Assert.Equal("System.InvalidOperationException", end.FailureDetails.InnerFailure!.ErrorType);
        Assert.True(end.FailureDetails.IsCausedBy<TaskFailedException>());
    }

    [Fact]
    public async Task Sub_orchestration_returns_its_result_and_fails_with_its_failure()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Calls));

        OrchestrationMetadata end = await hub.RunAsync(nameof(Calls.Parent), options: new StartOrchestrationOptions("family"));

        Assert.Equal(["Hello Ada of family", "Task 'Pass' (#1) failed with an unhandled exception: Task 'Fail' (#0) failed with an unhandled exception: broken: badly"], end.ReadOutputAs<string[]>()!);
        OrchestrationMetadata? child = await hub.Client.GetInstanceAsync("family:child", true, TestContext.Current.CancellationToken);
        Assert.Equal((nameof(Calls.Child), OrchestrationRuntimeStatus.Completed), (child!.Name, child.RuntimeStatus));
    }

    [Fact]
    public async Task Function_that_does_not_exist_fails_the_call_without_retries()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Calls));

        OrchestrationMetadata end = await hub.RunAsync(nameof(Calls.Astray));

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        Assert.Contains("The function 'Nowhere' doesn't exist, is disabled, or is not an activity function.", end.SerializedOutput, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unknown_orchestrator_and_bad_identifiers_are_refused_at_the_start()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Calls));

        ArgumentException unknown = await Assert.ThrowsAsync<ArgumentException>(() => hub.RunAsync("Nowhere"));
        Assert.Contains("is not an orchestrator function", unknown.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => hub.RunAsync(nameof(Calls.Greet), null, new StartOrchestrationOptions("a/b")));
    }

    [Fact]
    public async Task Large_inputs_and_results_go_through_blobs()
    {
        await using Hub hub = await Hub.StartAsync(azurite, typeof(Calls));
        string large = new('x', 200_000);

        OrchestrationMetadata end = await hub.RunAsync(nameof(Calls.Doubled), large);

        Assert.Equal(large, end.ReadInputAs<string>());
        Assert.Equal(large + large, end.ReadOutputAs<string>());
        Assert.Equal(1, (await hub.Client.PurgeInstanceAsync(end.InstanceId, TestContext.Current.CancellationToken)).PurgedInstanceCount);
        Assert.Null(await hub.Client.GetInstanceAsync(end.InstanceId, TestContext.Current.CancellationToken));
    }

    public sealed record Person(string Name, int Age);

    public sealed class Calls
    {
        [Function(nameof(Greet))]
        public static async Task<string[]> Greet([OrchestrationTrigger] TaskOrchestrationContext context, Person person)
        {
            string hello = await context.CallActivityAsync<string>(nameof(Hello), person.Name);
            int older = await context.CallActivityAsync<int>("OLDER", context.GetInput<Person>());
            string id = await context.CallActivityAsync<string>(nameof(Where));
            string? none = await context.CallActivityAsync<string?>(nameof(Nothing));
            return [hello, $"{older}", id, none ?? "none"];
        }

        [Function(nameof(Squares))]
        public static async Task<int[]> Squares([OrchestrationTrigger] TaskOrchestrationContext context, int count) =>
            await Task.WhenAll(Enumerable.Range(0, count).Select(i => context.CallActivityAsync<int>(nameof(Square), i)));

        [Function(nameof(Catch))]
        public static async Task<string[]> Catch([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            try
            {
                await context.CallActivityAsync("fail");
                return [];
            }
            catch (TaskFailedException e)
            {
                return
                [
                    e.Message, e.TaskName, $"{e.TaskId}", e.FailureDetails.ErrorType, e.FailureDetails.ErrorMessage, $"{e.FailureDetails.IsCausedBy<InvalidOperationException>()}",
                    $"{e.FailureDetails.IsCausedBy<SystemException>()}", $"{e.FailureDetails.IsCausedBy<ArgumentException>()}", e.FailureDetails.InnerFailure!.ErrorType,
                    e.InnerException!.GetType().FullName!,
                ];
            }
        }

        [Function(nameof(Pass))]
        public static Task Pass([OrchestrationTrigger] TaskOrchestrationContext context) => context.CallActivityAsync(nameof(Fail));

        [Function(nameof(Parent))]
        public static async Task<string[]> Parent([OrchestrationTrigger] TaskOrchestrationContext context)
        {
            string hello = await context.CallSubOrchestratorAsync<string>(nameof(Child), "Ada", new SubOrchestrationOptions(instanceId: $"{context.InstanceId}:child"));
            try
            {
                await context.CallSubOrchestratorAsync(nameof(Pass));
                return [];
            }
            catch (TaskFailedException e)
            {
                return [hello, e.Message];
            }
        }

        [Function(nameof(Child))]
        public static async Task<string> Child([OrchestrationTrigger] TaskOrchestrationContext context, string name) =>
            $"{await context.CallActivityAsync<string>(nameof(Hello), name)} of {context.Parent!.InstanceId}";

        [Function(nameof(Astray))]
        public static Task Astray([OrchestrationTrigger] TaskOrchestrationContext context) =>
            context.CallActivityAsync("Nowhere", TaskOptions.FromRetryPolicy(new RetryPolicy(5, TimeSpan.FromHours(1))));

        [Function(nameof(Doubled))]
        public static async Task<string> Doubled([OrchestrationTrigger] TaskOrchestrationContext context) =>
            await context.CallActivityAsync<string>(nameof(Double), context.GetInput<string>());

        [Function(nameof(Hello))]
        public string Hello([ActivityTrigger] string name) => $"Hello {name}";

        [Function(nameof(Older))]
        public async Task<int> Older([ActivityTrigger] Person person)
        {
            await Task.Yield();
            return person.Age + 1;
        }

        [Function(nameof(Where))]
        public string Where([ActivityTrigger] FunctionContext context, string instanceId) => instanceId;

        [Function(nameof(Nothing))]
        public void Nothing([ActivityTrigger] object? nothing)
        {
        }

        [Function(nameof(Square))]
        public int Square([ActivityTrigger] int number) => number * number;

        [Function(nameof(Double))]
        public string Double([ActivityTrigger] string text) => text + text;

        [Function(nameof(Fail))]
        public void Fail([ActivityTrigger] object? nothing) => throw new InvalidOperationException("broken: badly", new ArgumentException("the cause"));
    }
}
