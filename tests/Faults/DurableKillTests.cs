using System.Net.Http.Json;
using System.Text.Json;
using Tidemark.Local;
using Xunit;

namespace Tidemark.Tests.Faults;

public sealed class DurableKillTests
{
    [Fact]
    public async Task Orchestration_whose_process_is_killed_goes_on_in_another_and_repeats_only_the_activity_that_ran()
    {
        await using var azurite = await Azurite.StartAsync(new(Repository.Root));
        using HttpClient http = new();
        await using (var holding = await StartAsync(azurite, hold: true))
        {
            using HttpResponseMessage started = await http.PostAsync(
                new Uri(holding.Address, "/runtime/webhooks/durabletask/orchestrators/Story/one"), null, TestContext.Current.CancellationToken);
            started.EnsureSuccessStatusCode();
            await holding.WaitForLineAsync("begins the middle").Soon();
            await holding.KillAsync();
            Assert.Equal(["begins the beginning", "told the beginning", "begins the middle"], Told(holding));
        }

        await using var host = await StartAsync(azurite, hold: false);
        Assert.Equal("told the end", await host.WaitForLineAsync("told the end").Soon());
        JsonElement status = default;
        await Embedded.Eventually.IsAsync(async () =>
        {
            status = await http.GetFromJsonAsync<JsonElement>(new Uri(host.Address, "/runtime/webhooks/durabletask/instances/one"), TestContext.Current.CancellationToken);
            return status.GetProperty("runtimeStatus").GetString() == "Completed";
        });

        Assert.Equal("beginning, middle, end", status.GetProperty("output").GetString());
        Assert.Equal(["begins the middle", "told the middle", "begins the end", "told the end"], Told(host));
        Assert.Equal(0, await host.StopAsync());
    }

    private static IEnumerable<string> Told(HostProcess host) => host.Output.Where(l => l.StartsWith("begins ", StringComparison.Ordinal) || l.StartsWith("told ", StringComparison.Ordinal));

    private static Task<HostProcess> StartAsync(Azurite azurite, bool hold) => HostProcess.StartAsync(new(Repository.Root)
    {
        Project = "FaultsApp",
        Settings = new Dictionary<string, string?>
        {
            ["AzureWebJobsStorage"] = azurite.ConnectionString,
            ["Embedded__DurableLease"] = "00:00:02",
            ["HOLD"] = hold ? "yes" : null,
            ["DOTNET_SHUTDOWNTIMEOUTSECONDS"] = "2",
        },
    });
}
