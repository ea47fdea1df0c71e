using System.Threading.Channels;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Logging;
using Tidemark.Embedded;
using Tidemark.Local;
using Xunit;

namespace Tidemark.Tests.Embedded.Hosting;

public sealed class BlobLeaseTests(AzuriteFixture azurite)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The lease has its own retries; the SDK's would take half a minute of real time each.</summary>
    private static readonly BlobClientOptions Once = new() { Retry = { MaxRetries = 0 } };

    private readonly FakeClock clock = new();
    private readonly LogLines log = new();
    private readonly Channel<(string Host, CancellationToken Held)> holders = Channel.CreateUnbounded<(string, CancellationToken)>();

    [Fact]
    public async Task Only_one_holds_it_and_the_next_takes_over_after_a_release()
    {
        BlobClient blob = Blob(azurite.ConnectionString);
        using CancellationTokenSource stopA = new(), stopB = new();
        Task a = CompeteAsync("a", blob, stopA.Token);
        Assert.Equal("a", (await NextAsync()).Host);
        Task b = CompeteAsync("b", blob, stopB.Token);
        await clock.UntilTimerAsync(Period);
        Assert.False(holders.Reader.TryPeek(out _));

        await stopA.CancelAsync();
        await a;
        clock.Advance(Period);
        Assert.Equal("b", (await NextAsync()).Host);
        await stopB.CancelAsync();
        await b;
    }

    [Fact]
    public async Task Holder_that_died_is_replaced_when_its_lease_has_ended()
    {
        BlobClient blob = Blob(azurite.ConnectionString);
        await blob.GetParentBlobContainerClient().CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        await blob.UploadAsync(BinaryData.Empty, TestContext.Current.CancellationToken);
        await blob.GetBlobLeaseClient().AcquireAsync(TimeSpan.FromSeconds(15), cancellationToken: TestContext.Current.CancellationToken);

        using CancellationTokenSource stop = new();
        BlobLease lease = new(blob, TimeSpan.FromSeconds(15), retry: TimeSpan.FromMilliseconds(500), TimeProvider.System, log);
        long start = TimeProvider.System.GetTimestamp();
        Task running = lease.RunAsync(held => HoldAsync("b", held), stop.Token);
        await NextAsync();

        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalSeconds, 10, 45);
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Holder_whose_lease_was_taken_is_told_and_competes_again()
    {
        BlobClient blob = Blob(azurite.ConnectionString);
        using CancellationTokenSource stop = new();
        Task a = CompeteAsync("a", blob, stop.Token);
        CancellationToken held = (await NextAsync()).Held;
        await clock.UntilTimerAsync(Period / 2);

        await blob.GetBlobLeaseClient().BreakAsync(TimeSpan.Zero, cancellationToken: TestContext.Current.CancellationToken);
        clock.Advance(Period / 2);
        await CancelledAsync(held);
        await clock.UntilTimerAsync(Period);
        clock.Advance(Period);

        Assert.Equal("a", (await NextAsync()).Host);
        Assert.Contains(log.From(LogLevel.Warning), line => line.EndsWith("and competes for it again."));
        await stop.CancelAsync();
        await a;
    }

    [Fact]
    public async Task Holder_keeps_it_over_a_short_outage_and_gives_it_up_when_an_outage_outlasts_the_lease()
    {
        using TemporaryFolder folder = new();
        await using Azurite own = await Azurite.StartAsync(new(Repository.Root) { Folder = folder.Path });
        BlobClient blob = Blob(own.ConnectionString);
        using CancellationTokenSource stop = new();
        Task a = CompeteAsync("a", blob, stop.Token);
        CancellationToken held = (await NextAsync()).Held;
        await clock.UntilTimerAsync(Period / 2);

        await own.StopAsync();
        clock.Advance(Period / 2);
        await clock.UntilTimerAsync(TimeSpan.FromSeconds(1));
        Assert.False(held.IsCancellationRequested);
        await own.StartAgainAsync();
        clock.Advance(TimeSpan.FromSeconds(1));
        await clock.UntilTimerAsync(Period / 2);
        Assert.False(held.IsCancellationRequested);

        await own.DisposeAsync();
        clock.Advance(Period);
        await CancelledAsync(held);
        await stop.CancelAsync();
        await a;
        Assert.Equal(2, log.From(LogLevel.Warning).Count(line => line.Contains("can't be reached")));
    }

    private static BlobClient Blob(string connectionString) =>
        new BlobServiceClient(connectionString, Once).GetBlobContainerClient("azure-webjobs-hosts").GetBlobClient($"locks/{Guid.NewGuid():N}");

    private Task CompeteAsync(string host, BlobClient blob, CancellationToken stopping) =>
        new BlobLease(blob, Period, retry: Period, clock, log).RunAsync(held => HoldAsync(host, held), stopping);

    private async Task HoldAsync(string host, CancellationToken held)
    {
        holders.Writer.TryWrite((host, held));
        await CancelledAsync(held);
    }

    private async Task<(string Host, CancellationToken Held)> NextAsync() => await holders.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    private static async Task CancelledAsync(CancellationToken token)
    {
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var _ = token.Register(() => cancelled.TrySetResult());
        await cancelled.Task.WaitAsync(Patience, CancellationToken.None);
    }
}
