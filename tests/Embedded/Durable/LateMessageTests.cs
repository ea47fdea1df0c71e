using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Durable;

/// <summary>A queue may deliver the message of an activity long after the activity has run.</summary>
public sealed class LateMessageTests(AzuriteFixture azurite)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_that_comes_while_its_execution_is_forgotten_does_not_run_the_activity_again()
    {
        await using RunningHost functions = RunningHost.Idle([typeof(Once)], null, ("AzureWebJobsStorage", azurite.ConnectionString));
        string hub = Hub.NewName();
        using DurableStore store = StoreOf(hub, null);
        await store.CreateAsync(Stop);
        Episode calling = new("old", 0, DateTime.UnixEpoch, [], [new(ActionKind.Activity, 0) { Name = nameof(Once.Act) }]);
        TableEntity row = new("story", calling.Key);
        (await store.Payloads.WriteAsync(Episode.ToJson(calling), "story/old", Stop)).Write(row, nameof(Episode));
        await store.Table.AddEntityAsync(row, Stop);
        await store.Table.AddEntityAsync(new TableEntity("story", $"{DurableStore.ClaimKeysOf("old")}00000000") { ["Done"] = true }, Stop);
        int runs = 0;
        using DurableStore late = StoreOf(hub, new BeforeFirstInsert(() => store.ForgetAsync(new InstanceRow("story", "Story", "new"), Stop)));
        ActivityWork work = new(
            late, functions.Services.GetRequiredService<DurableFunctions>(), functions.Services.GetRequiredService<DataConverter>(), TimeSpan.FromMinutes(1),
            (_, _, _, _) => Task.FromResult((InvocationOutcome.Success, (object?)Interlocked.Increment(ref runs))), NullLogger.Instance);

        await work.RunAsync(new("story", "old", 0, 0), Stop);

        Assert.Equal(0, runs);
        Assert.Empty(await store.Table.QueryAsync<TableEntity>(cancellationToken: Stop).ToListAsync(Stop));
    }

    private DurableStore StoreOf(string hub, HttpPipelinePolicy? policy)
    {
        TableClientOptions options = new();
        if (policy is not null) options.AddPolicy(policy, HttpPipelinePosition.PerCall);
        string connection = azurite.ConnectionString;
        return new(new TableServiceClient(connection, options), new QueueServiceClient(connection), new BlobServiceClient(connection), hub, TimeProvider.System);
    }

    private sealed class BeforeFirstInsert(Func<Task> action) : HttpPipelinePolicy
    {
        private int inserts;

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException("Storage is used asynchronously.");

        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            if (message.Request.Method == RequestMethod.Post && Interlocked.Increment(ref inserts) == 1) await action();
            await ProcessNextAsync(message, pipeline);
        }
    }

    private sealed class Once
    {
        [Function(nameof(Act))]
        public static string Act([ActivityTrigger] string input) => input;
    }
}
