using System.Text.Json;
using Tidemark.Drift.Checks;
using Tidemark.Registry;
using Tidemark.Tests.Platform;
using Tidemark.Tests.Registry;
using Xunit;

namespace Tidemark.Tests.Drift.Checks;

/// <summary>The process that runs a check dies at each of its requests to storage; another host takes over when the lease has ended.</summary>
[Collection(DriftStorageTests.Name)]
public sealed class DriftKillTests(DriftStorage storage)
{
    private static readonly DateTimeOffset Hour = DriftProcess.Noon.AddHours(1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_check_killed_at_any_step_is_done_by_another_host_with_the_same_verdict_and_no_alert_lost()
    {
        var (steps, expected) = await UndisturbedAsync();
        Assert.InRange(steps, 15, 60);
        foreach (Fault fault in (Fault[])[Fault.KilledBefore, Fault.KilledAfter])
        {
            for (int step = 1; step <= steps; step++)
                Assert.Equal(expected, await KilledAsync(step, fault));
        }
    }

    private async Task<(int Steps, string Outcome)> UndisturbedAsync()
    {
        await using var host = await DriftProcess.StartAsync(storage.ConnectionString, faults: StorageFaults.None);
        ModelName model = await PrepareAsync(host);
        var faults = StorageFaults.None;
        await using var counted = await DriftProcess.StartAsync(storage.ConnectionString, host.Clock, faults);
        var report = await counted.CheckAsync(model, Hour);
        return (faults.Requests, await OutcomeAsync(host, model, report));
    }

    private async Task<string> KilledAsync(int step, Fault fault)
    {
        await using var host = await DriftProcess.StartAsync(storage.ConnectionString);
        ModelName model = await PrepareAsync(host);
        await using (var dying = await DriftProcess.StartAsync(storage.ConnectionString, host.Clock, StorageFaults.At(step, fault)))
            await RegistryProcess.KilledOr(async () => (CheckReport?)(await dying.Checks.RunAsync(model, Hour, again: false, Stop)).Value, null);

        host.Clock.Advance(TimeSpan.FromMinutes(6));
        return await OutcomeAsync(host, model, await host.CheckAsync(model, Hour));
    }

    /// <summary>A model with a reference, one drifted window, and the second one about to be checked.</summary>
    private static async Task<ModelName> PrepareAsync(DriftProcess host)
    {
        ModelName model = DriftProcess.NewModel();
        await host.SetAsync(model, """{"drift":{"referenceRows":300,"retraining":{"windows":2,"columns":["age"]}}}""");
        await host.LogAsync(model, DriftProcess.Noon.AddHours(-1), rows: 400);
        await host.CheckAsync(model, DriftProcess.Noon.AddHours(-1));
        await host.LogAsync(model, DriftProcess.Noon, rows: 300, shift: 20);
        await host.CheckAsync(model, DriftProcess.Noon);
        await host.LogAsync(model, Hour, rows: 300, shift: 20);
        Assert.Empty(await host.AlertsAsync(model));
        return model;
    }

    private static async Task<string> OutcomeAsync(DriftProcess host, ModelName model, CheckReport report)
    {
        var alerts = await host.AlertsAsync(model);
        var requests = await host.RequestsAsync(model);
        Assert.InRange(alerts.Count, 1, 2);
        Assert.InRange(requests.Count, 1, 2);
        Assert.Single(alerts.Select(a => a.Id).Distinct());
        Assert.Single(requests.Select(r => r.Id).Distinct());
        var row = await host.Table.RunsAsync(model, Hour, Stop).SingleAsync(Stop);
        Assert.NotNull(row.Done);
        return JsonSerializer.Serialize(report).Replace(model.ToString(), "model", StringComparison.Ordinal);
    }
}
