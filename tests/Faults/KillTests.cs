using Azure.Storage.Queues;
using Tidemark.Local;
using Xunit;

namespace Tidemark.Tests.Faults;

public sealed class KillTests
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(4);

    [Fact]
    public async Task Message_in_flight_at_kill_is_handled_again_after_its_lease_exactly_once()
    {
        await using var azurite = await Azurite.StartAsync(new(Repository.Root));
        var queue = new QueueClient(azurite.ConnectionString, "work");
        await queue.CreateAsync(cancellationToken: TestContext.Current.CancellationToken);
        await queue.SendMessageAsync("order 66", TestContext.Current.CancellationToken);

        await using (var holding = await StartAsync(azurite, hold: true))
        {
            Assert.Equal("took order 66, try 1", await holding.WaitForLineAsync("took order 66").Soon());
            await holding.KillAsync();
        }
        Assert.Equal(1, await WaitingAsync(queue));
        Assert.Empty((await queue.PeekMessagesAsync(10, TestContext.Current.CancellationToken)).Value);

        await using var host = await StartAsync(azurite, hold: false);
        Assert.Equal("did order 66, try 2", await host.WaitForLineAsync("did order 66").Soon());
        // A later message that is through shows that the first did not come a third time before it.
        await queue.SendMessageAsync("order 67", visibilityTimeout: Lease * 1.5, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("did order 67, try 1", await host.WaitForLineAsync("did order 67").Soon());
        Assert.Equal(0, await host.StopAsync());

        Assert.Equal(
            ["took order 66, try 2", "did order 66, try 2", "took order 67, try 1", "did order 67, try 1"],
            host.Output.Where(l => l.Contains("order", StringComparison.Ordinal) && l.Contains(", try ", StringComparison.Ordinal)));
        Assert.Equal(0, await WaitingAsync(queue));
        Assert.False(await new QueueClient(azurite.ConnectionString, "work-poison").ExistsAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Message_in_flight_at_stop_is_given_back_at_once()
    {
        await using var azurite = await Azurite.StartAsync(new(Repository.Root));
        var queue = new QueueClient(azurite.ConnectionString, "work");
        await queue.CreateAsync(cancellationToken: TestContext.Current.CancellationToken);
        await queue.SendMessageAsync("order 66", TestContext.Current.CancellationToken);
        await using var holding = await StartAsync(azurite, hold: true, lease: TimeSpan.FromMinutes(10));
        await holding.WaitForLineAsync("took order 66").Soon();

        Assert.Equal(0, await holding.StopAsync());

        Assert.Single((await queue.PeekMessagesAsync(10, TestContext.Current.CancellationToken)).Value);
    }

    private static Task<HostProcess> StartAsync(Azurite azurite, bool hold, TimeSpan? lease = null) => HostProcess.StartAsync(new(Repository.Root)
    {
        Project = "FaultsApp",
        Settings = new Dictionary<string, string?>
        {
            ["AzureWebJobsStorage"] = azurite.ConnectionString,
            ["Embedded__QueueLease"] = (lease ?? Lease).ToString(),
            ["HOLD"] = hold ? "yes" : null,
            ["DOTNET_SHUTDOWNTIMEOUTSECONDS"] = "2",
        },
    });

    private static async Task<int> WaitingAsync(QueueClient queue) =>
        (await queue.GetPropertiesAsync(TestContext.Current.CancellationToken)).Value.ApproximateMessagesCount;
}
