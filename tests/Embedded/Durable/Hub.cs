using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Durable;

/// <summary>A host with a task hub of its own on the shared Azurite.</summary>
internal sealed class Hub : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private Hub(RunningHost host, string name) => (Host, Name) = (host, name);

    public RunningHost Host { get; }

    public string Name { get; }

    public DurableTaskClient Client => Host.Services.GetRequiredService<HubClient>();

    public DurableStore Store => Host.Services.GetRequiredService<DurableStore>();

    public static Task<Hub> StartAsync(AzuriteFixture azurite, params Type[] types) => StartAsync(azurite, types, null);

    /// <param name="name">Null: a new hub.</param>
    /// <param name="durable">More of host.json's extensions.durableTask, such as <c>"defaultVersion": "2.0"</c>.</param>
    public static async Task<Hub> StartAsync(
        AzuriteFixture azurite, Type[] types, Action<FunctionsApplicationBuilder>? configure, string? name = null, string? durable = null, string lease = "00:00:10",
        string? connection = null)
    {
        name ??= NewName();
        string hostJson = $$"""
            { "version": "2.0", "extensions": { "durableTask": { "hubName": "{{name}}", {{(durable is null ? "" : durable + ",")}}
                "storageProvider": { "maxQueuePollingInterval": "00:00:00.200" } } } }
            """;
        RunningHost host = await RunningHost.StartAsync(
            types, configure, hostJson, ("AzureWebJobsStorage", connection ?? azurite.ConnectionString), ("Embedded:DurableLease", lease));
        return new(host, name);
    }

    public static string NewName() => $"h{Guid.NewGuid():N}";

    /// <summary>Starts an orchestration and waits for its end.</summary>
    public async Task<OrchestrationMetadata> RunAsync(string orchestrator, object? input = null, StartOrchestrationOptions? options = null) =>
        await EndAsync(await Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, options, TestContext.Current.CancellationToken));

    public Task<OrchestrationMetadata> EndAsync(string instance) =>
        Client.WaitForInstanceCompletionAsync(instance, true, TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);

    /// <summary>Waits until the instance shows a custom status.</summary>
    public Task StatusAsync(string instance, string status) => Eventually.IsAsync(async () =>
        (await Client.GetInstanceAsync(instance, true, TestContext.Current.CancellationToken))?.ReadCustomStatusAs<string>() == status);

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}
