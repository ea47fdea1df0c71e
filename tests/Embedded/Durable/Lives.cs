using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Durable;

/// <summary>Engines of one hub that come to life and die, without hosts around them. The functions are those of an idle host.</summary>
internal sealed class Lives(RunningHost functions, AzuriteFixture azurite) : IAsyncDisposable
{
    // What the dead leave behind is taken over after this.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly string hub = Hub.NewName();
    private readonly List<DurableEngine> engines = [];
    private readonly List<DurableStore> stores = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Runs an orchestration through one life after another and last through one that does not end.</summary>
    /// <param name="lastWrites">After which writes the engines die.</param>
    /// <param name="onDeath">Looks at the hub after each death.</param>
    /// <returns>The end of the orchestration, and the writes that the last engine made.</returns>
    public async Task<(OrchestrationMetadata End, DurableStore Store, int Writes)> RunAsync(string orchestrator, object? input, IReadOnlyList<int> lastWrites, Func<DurableStore, Task>? onDeath = null)
    {
        foreach (int lastWrite in lastWrites)
        {
            (DurableEngine engine, HubClient client, Mortality mortality) = await BeginAsync(lastWrite);
            Task ended = EndAsync(client, orchestrator, input);
            await Task.WhenAny(mortality.Died, ended).WaitAsync(Patience, Stop);
            await engine.DisposeAsync();
            await ended.WaitAsync(Patience, Stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (onDeath is not null) await onDeath(StoreOf(new Mortality(int.MaxValue)));
        }

        (_, HubClient last, Mortality immortal) = await BeginAsync(int.MaxValue);
        try
        {
            await EndAsync(last, orchestrator, input).WaitAsync(Patience, Stop);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Stuck after {string.Join(", ", lastWrites)}: {await DescribeAsync(stores[^1])}");
        }

        return ((await last.GetInstanceAsync("story", true, Stop))!, stores[^1], immortal.Writes);
    }

    /// <summary>Everything that lies in the hub.</summary>
    private static async Task<string> DescribeAsync(DurableStore store)
    {
        List<string> rows = [];
        await foreach (TableEntity row in store.Table.QueryAsync<TableEntity>(cancellationToken: Stop))
            rows.Add(string.Join(' ', row.Where(c => c.Key != "odata.etag").Select(c => $"{c.Key}={c.Value}")));
        return string.Join(Environment.NewLine, rows);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (DurableEngine engine in engines) await engine.DisposeAsync();
        foreach (DurableStore store in stores) store.Dispose();
    }

    /// <summary>Starts the orchestration as a caller does who does not know whether he has: again, until he hears of it.</summary>
    private static async Task EndAsync(HubClient client, string orchestrator, object? input)
    {
        if (await client.GetInstanceAsync("story", Stop) is null)
            await client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions("story"), Stop);
        await client.WaitForInstanceCompletionAsync("story", Stop);
    }

    private async Task<(DurableEngine Engine, HubClient Client, Mortality Mortality)> BeginAsync(int lastWrite)
    {
        Mortality mortality = new(lastWrite);
        DurableStore store = StoreOf(mortality);
        DurableSettings settings = new(hub, null, TimeSpan.FromSeconds(1), 20, 20, 1000, "", VersionMatch.None, false);
        DurableFunctions found = functions.Services.GetRequiredService<DurableFunctions>();
        DataConverter converter = functions.Services.GetRequiredService<DataConverter>();
        DurableEngine engine = new(store, settings, found, converter, functions.Executor, Lease, NullLoggerFactory.Instance);
        engines.Add(engine);
        await engine.StartAsync(Stop);
        return (engine, new HubClient(store, settings, found, converter, functions.Services.GetRequiredService<HubAddress>()), mortality);
    }

    private DurableStore StoreOf(Mortality mortality)
    {
        string connection = azurite.ConnectionString;
        DurableStore store = new(
            new TableServiceClient(connection, Mortal(new TableClientOptions(), mortality)), new QueueServiceClient(connection, Mortal(new QueueClientOptions(), mortality)),
            new BlobServiceClient(connection, Mortal(new BlobClientOptions(), mortality)), hub, TimeProvider.System);
        stores.Add(store);
        return store;
    }

    private static T Mortal<T>(T options, Mortality mortality) where T : ClientOptions
    {
        options.AddPolicy(mortality, HttpPipelinePosition.PerRetry);
        options.Retry.MaxRetries = 0;
        return options;
    }
}
