using Tidemark.Operations.Alerts;
using Tidemark.Platform.Alerts;
using Tidemark.Tests.Platform;
using Tidemark.Tests.Registry;
using Xunit;

namespace Tidemark.Tests.Operations.Alerts;

/// <summary>The process ends, an answer is lost, storage is down: at every request in turn.</summary>
public sealed class AlertFaultTests(AzuriteFixture azurite)
{
    private const int MoreThanEnough = 40;

    [Theory]
    [InlineData(nameof(Fault.KilledBefore))]
    [InlineData(nameof(Fault.KilledAfter))]
    [InlineData(nameof(Fault.AnswerLost))]
    public async Task Survives_a_fault_at_every_step_and_each_alert_is_told_and_there_once(string fault)
    {
        int step = 1;
        for (bool reached = true; reached; step++)
        {
            Assert.True(step < MoreThanEnough);
            reached = await RunAsync(step, Enum.Parse<Fault>(fault));
        }

        Assert.InRange(step, 8, MoreThanEnough); // steps there were: reads, the writing, the noting
    }

    /// <summary>False when the work was done before the fault.</summary>
    private async Task<bool> RunAsync(int step, Fault fault)
    {
        var clock = new FakeClock();
        string table = AlertsProcess.NewTable();
        Alert alert = AlertsProcess.Drift(), similar = AlertsProcess.Drift(window: "2026-11-20T12");
        var faults = StorageFaults.At(step, fault);
        await using var receiver = await WebhookReceiver.StartAsync();
        await using (var killed = await AlertsProcess.StartAsync(azurite, table, clock, receiver.Address, faults))
        {
            await RegistryProcess.KilledOr(() => TakeBothAsync(killed, alert, similar), killed: false);
        }

        // The queue gives both messages again to the next process; the sweep comes when claims have run out.
        await using var process = await AlertsProcess.StartAsync(azurite, table, clock, receiver.Address);
        await TakeBothAsync(process, alert, similar);
        clock.Advance(process.Delivery.Hold);
        await process.Delivery.SweepAsync(AlertsProcess.Stop);

        List<AlertRow> rows = await process.RowsAsync();
        Assert.Equal(new[] { alert.Id, similar.Id }.Order(), rows.Select(r => r.Id).Order());
        AlertRow told = rows.Single(r => r.Id == alert.Id);
        Assert.Equal((AlertState.Delivered, 0, 1), (told.State, told.Repeats, told.Similar));
        Assert.Equal(AlertState.Suppressed, rows.Single(r => r.Id == similar.Id).State);
        Assert.Equal(0, await process.DueAsync());
        Assert.InRange(receiver.Posts.Count, 1, 2);
        Assert.All(receiver.Posts, post => Assert.Equal(alert.Id, AlertsProcess.IdOf(post)));
        return faults.Requests >= step;
    }

    [Fact]
    public async Task While_the_table_is_down_the_message_stays_and_is_taken_later()
    {
        var clock = new FakeClock();
        string table = AlertsProcess.NewTable();
        await using var receiver = await WebhookReceiver.StartAsync();
        await using (var down = await AlertsProcess.StartAsync(azurite, table, clock, receiver.Address, new StorageFaults(_ => Fault.Down)))
            await Assert.ThrowsAnyAsync<Exception>(() => down.TakeAsync(AlertsProcess.Drift(), "1"));

        await using var up = await AlertsProcess.StartAsync(azurite, table, clock, receiver.Address);
        await up.TakeAsync(AlertsProcess.Drift(), "1");

        Assert.Single(receiver.Posts);
    }

    private static async Task<bool> TakeBothAsync(AlertsProcess process, Alert alert, Alert similar)
    {
        await process.TakeAsync(alert, "1");
        await process.TakeAsync(similar, "2");
        return true;
    }
}
