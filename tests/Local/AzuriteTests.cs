using System.Net;
using System.Net.Sockets;
using Azure.Storage.Blobs;
using Tidemark.Local;
using Xunit;

namespace Tidemark.Tests.Local;

public sealed class AzuriteTests(AzuriteFixture shared)
{
    [Fact]
    public async Task Serves_blobs_on_the_ports_that_it_reports()
    {
        var container = new BlobContainerClient(shared.ConnectionString, $"c{Guid.NewGuid():N}");
        await container.CreateAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(await container.ExistsAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Keeps_ports_and_blobs_over_a_restart_in_a_folder()
    {
        using var folder = new TemporaryFolder();
        await using var azurite = await Azurite.StartAsync(new(Repository.Root) { Folder = folder.Path });
        string before = azurite.ConnectionString;
        var container = new BlobContainerClient(before, "kept");
        await container.CreateAsync(cancellationToken: TestContext.Current.CancellationToken);

        await azurite.StopAsync();
        Assert.StartsWith("Azurite ended with exit code 0", await azurite.Ended);
        await azurite.StartAgainAsync();

        Assert.Equal(before, azurite.ConnectionString);
        Assert.True(await container.ExistsAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Says_which_port_is_taken_and_what_to_do()
    {
        using var squatter = new TcpListener(IPAddress.Loopback, 0);
        squatter.Start();
        int port = ((IPEndPoint)squatter.LocalEndpoint).Port;

        var e = await Assert.ThrowsAsync<SetupException>(() => Azurite.StartAsync(new(Repository.Root) { Port = port }));

        Assert.Equal($"Port {port}, which Azurite needs, is taken: stop what listens there, or choose other ports with `./run --storage-port N` (0: any free ones).", e.Message);
    }

    [Fact]
    public async Task Says_that_it_is_not_installed_and_how_to_install_it()
    {
        using var folder = new TemporaryFolder();

        var e = await Assert.ThrowsAsync<SetupException>(() => Azurite.StartAsync(new(folder.Path)));

        Assert.Equal("Azurite is not installed here: run `npm ci` in the clone (./run and ./test do).", e.Message);
    }
}
