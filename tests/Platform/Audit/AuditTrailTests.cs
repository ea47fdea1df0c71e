using Azure.Core;
using Azure.Data.Tables;
using Tidemark.Operations.Audit;
using Tidemark.Platform.Audit;
using Tidemark.Platform.Storage;
using Xunit;

namespace Tidemark.Tests.Platform.Audit;

public sealed class AuditTrailTests(AzuriteFixture azurite)
{
    private readonly string name = "audit" + Guid.NewGuid().ToString("N");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hosts_that_write_at_once_make_one_chain_with_each_row_once()
    {
        AuditTrail[] hosts = [await TrailAsync(), await TrailAsync(), await TrailAsync()];

        await Task.WhenAll(hosts.SelectMany((host, h) => Enumerable.Range(0, 40).Select(i => Task.Run(() => host.AppendAsync(Entry($"{h}-{i}"), Stop), Stop))));

        TrailRow[] rows = await RowsAsync(hosts[0]);
        Assert.Equal(120, rows.Select(r => r.Subject).Distinct().Count());
        Assert.Equal(Enumerable.Range(1, 120).Select(i => (long)i), rows.Select(r => r.Sequence));
        TrailVerdict verdict = await new TrailCheck(hosts[1]).VerifyAsync(Stop);
        Assert.True(verdict.Intact, string.Join(' ', verdict.Faults));
        Assert.Equal((120, 120, rows[^1].Hash), (verdict.Rows, verdict.End, verdict.EndHash));
    }

    [Fact]
    public async Task An_answer_lost_anywhere_writes_no_row_twice()
    {
        AuditTrail trail = await TrailAsync(new StorageFaults(n => n % 2 == 0 ? Fault.AnswerLost : Fault.None));

        for (int i = 0; i < 6; i++) await trail.AppendAsync(Entry($"{i}"), Stop);

        AuditTrail reader = await TrailAsync();
        Assert.Equal(["0", "1", "2", "3", "4", "5"], (await RowsAsync(reader)).Select(r => r.Subject));
        Assert.True((await new TrailCheck(reader).VerifyAsync(Stop)).Intact);
    }

    [Fact]
    public async Task A_writer_that_dies_at_any_request_leaves_a_whole_chain()
    {
        for (int request = 1; request <= 3; request++)
        {
            foreach (Fault death in (Fault[])[Fault.KilledBefore, Fault.KilledAfter])
            {
                AuditTrail dying = await TrailAsync(StorageFaults.At(request, death));
                try
                {
                    await dying.AppendAsync(Entry("dying"), Stop);
                    await dying.AppendAsync(Entry("dying"), Stop);
                }
                catch (ProcessKilledException)
                {
                }
            }
        }

        AuditTrail trail = await TrailAsync();
        await trail.AppendAsync(Entry("next"), Stop);
        Assert.True((await new TrailCheck(trail).VerifyAsync(Stop)).Intact);
    }

    [Fact]
    public async Task Storage_that_is_down_fails_every_one_who_waits()
    {
        AuditTrail trail = await TrailAsync(new StorageFaults(_ => Fault.Down));

        Task[] all = [.. Enumerable.Range(0, 3).Select(i => trail.AppendAsync(Entry($"{i}"), Stop))];

        foreach (Task one in all) Assert.True(StorageOutage.Is(await Assert.ThrowsAnyAsync<Exception>(() => one)));
    }

    [Theory]
    [InlineData("changed", 2, "Row 2 is not what was written")]
    [InlineData("forged", 3, "Row 3 does not name the hash")]
    [InlineData("taken out", 2, "Row 2 is missing")]
    [InlineData("cut off", 3, "rows were taken away")]
    [InlineData("slipped in", 5, "the end was changed")]
    public async Task A_row_that_was_tampered_with_is_found(string how, long at, string says)
    {
        AuditTrail trail = await TrailAsync();
        for (int i = 1; i <= 4; i++) await trail.AppendAsync(Entry($"{i}"), Stop);
        TrailRow[] rows = await RowsAsync(trail);

        TableClient table = Client(null).GetTableClient(name);
        switch (how)
        {
            case "changed":
                rows[1].Actor = "somebody else";
                await table.UpdateEntityAsync(rows[1], rows[1].ETag, TableUpdateMode.Replace, Stop);
                break;
            case "forged":
                rows[1].Actor = "somebody else";
                rows[1].Hash = rows[1].HashOf();
                await table.UpdateEntityAsync(rows[1], rows[1].ETag, TableUpdateMode.Replace, Stop);
                break;
            case "taken out":
                await table.DeleteEntityAsync(rows[1].PartitionKey, rows[1].RowKey, cancellationToken: Stop);
                break;
            case "cut off":
                await table.DeleteEntityAsync(rows[3].PartitionKey, rows[3].RowKey, cancellationToken: Stop);
                break;
            case "slipped in":
                var more = new TrailRow { RowKey = TrailRow.Key(5), Sequence = 5, Previous = rows[3].Hash };
                more.Hash = more.HashOf();
                await table.AddEntityAsync(more, Stop);
                await table.UpdateEntityAsync(new TrailEnd { Sequence = 5, Hash = TrailRow.Genesis }, Azure.ETag.All, TableUpdateMode.Replace, Stop);
                break;
        }

        TrailVerdict verdict = await new TrailCheck(trail).VerifyAsync(Stop);

        Assert.False(verdict.Intact);
        Assert.Equal(at, verdict.Faults[0].Sequence);
        Assert.Contains(says, verdict.Faults[0].Detail, StringComparison.Ordinal);
    }

    private static AuditEntry Entry(string subject) => new("nurse@ward", "PutAlias", subject, "allowed", "none");

    private static async Task<TrailRow[]> RowsAsync(AuditTrail trail)
    {
        var rows = new List<TrailRow>();
        await foreach (TrailRow row in trail.RowsAsync(1, pageSize: null, Stop)) rows.Add(row);
        return [.. rows];
    }

    /// <summary>The trail as another process has it.</summary>
    private async Task<AuditTrail> TrailAsync(StorageFaults? faults = null)
    {
        await Client(null).GetTableClient(name).CreateIfNotExistsAsync(Stop);
        return new AuditTrail(Client(faults), TimeProvider.System, name);
    }

    private TableServiceClient Client(StorageFaults? faults)
    {
        TableClientOptions options = StorageClients.TableOptions();
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        if (faults is not null) options.AddPolicy(faults, HttpPipelinePosition.PerRetry);
        return new TableServiceClient(azurite.ConnectionString, options);
    }
}
