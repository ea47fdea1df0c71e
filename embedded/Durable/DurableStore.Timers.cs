using Azure;
using Azure.Data.Tables;

namespace Tidemark.Embedded;

/// <summary>A timer that waits; one without an answer merely wakes its instance.</summary>
internal sealed record TimerRow(string Key, DateTimeOffset Due, string Instance, Message? Answer);

/// <summary>Timers lie in a partition of their own, in the order in which they fall due.</summary>
internal sealed partial class DurableStore
{
    private const int TimersAtOnce = 100;

    /// <summary>Adding the same timer again changes nothing.</summary>
    public async Task AddTimerAsync(string instance, Message? answer, DateTimeOffset due, CancellationToken cancellation)
    {
        TableEntity row = new(TimerPartition, $"{due.UtcTicks:D20}-{instance}-{answer?.Id}")
        {
            [nameof(TimerRow.Due)] = due,
            [nameof(TimerRow.Instance)] = instance,
            [nameof(TimerRow.Answer)] = answer is null ? "" : Episode.ToJson(answer),
        };
        await table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellation);
        TimerSignal.Set();
    }

    /// <summary>The timers that fall due next, the first first.</summary>
    public async Task<List<TimerRow>> NextTimersAsync(CancellationToken cancellation)
    {
        List<TimerRow> timers = [];
        string filter = TableClient.CreateQueryFilter($"PartitionKey eq {TimerPartition}");
        await foreach (Page<TableEntity> page in table.QueryAsync<TableEntity>(filter, TimersAtOnce, cancellationToken: cancellation).AsPages())
        {
            foreach (TableEntity row in page.Values)
            {
                string answer = row.GetString(nameof(TimerRow.Answer));
                timers.Add(new(
                    row.RowKey, row.GetDateTimeOffset(nameof(TimerRow.Due))!.Value, row.GetString(nameof(TimerRow.Instance)),
                    answer.Length == 0 ? null : Episode.FromJson<Message>(answer)));
            }

            break;
        }

        return timers;
    }

    public Task RemoveTimerAsync(TimerRow timer, CancellationToken cancellation) => table.DeleteEntityAsync(TimerPartition, timer.Key, ETag.All, cancellation);

    /// <summary>Instances whose messages have lain for <paramref name="age"/>: whoever sent them may have died before saying so.</summary>
    public async Task<IReadOnlyCollection<string>> ForgottenAsync(TimeSpan age, CancellationToken cancellation)
    {
        HashSet<string> instances = [];
        DateTimeOffset before = TimeProvider.System.GetUtcNow() - age;
        string filter = TableClient.CreateQueryFilter($"RowKey ge {"m-"} and RowKey lt {"m."} and Timestamp lt {before}");
        await foreach (TableEntity row in table.QueryAsync<TableEntity>(filter, select: ["PartitionKey", "RowKey"], cancellationToken: cancellation))
            instances.Add(row.PartitionKey);
        return instances;
    }
}
