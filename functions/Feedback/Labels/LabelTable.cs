using System.Runtime.CompilerServices;
using Azure;
using Azure.Data.Tables;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Storage;
using Tidemark.Registry;

namespace Tidemark.Feedback.Labels;

/// <summary>An hour whose labels have changed.</summary>
/// <param name="Hour">Its beginning.</param>
/// <param name="Tag">Entity tag of the mark; a change after it was read makes another.</param>
public sealed record ChangedHour(DateTimeOffset Hour, ETag Tag);

/// <summary>
/// Labels in table <c>feedback</c>. A label has one row for its prediction (or key), however often it comes, and never less than what was accepted
/// (promise I3). Who writes a label marks the hours that it concerns afterwards; who counts an hour reads the mark first.
/// </summary>
public sealed class LabelTable(TableServiceClient service)
{
    private const int Transaction = 100, AtOnce = 16;

    private readonly TableClient table = service.GetTableClient(StorageNames.Tables.Feedback);

    /// <summary>Keeps a label by key. Safe to repeat. Returns the hours of the predictions that it is known to concern.</summary>
    public async Task<IReadOnlyList<DateTimeOffset>> KeepAsync(ModelName model, string key, LabelEntry entry, CancellationToken cancellation)
    {
        string hash = LabelKeys.Hash(key);
        await AddAsync(LabelKeys.ByKey(model, hash), hash, key, entry, cancellation);
        // Read after the label is written, as SeeAsync is called before labels are read: one of the two finds the other.
        string partition = LabelKeys.Seen(model, hash);
        string filter = TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey gt {hash + "|"} and RowKey lt {hash + "}"}");
        var hours = new HashSet<DateTimeOffset>();
        await foreach (TableEntity row in table.QueryAsync<TableEntity>(filter, cancellationToken: cancellation))
            hours.Add(LabelKeys.HourOf(PredictionId.Parse(row.RowKey[(hash.Length + 1)..]).Value));
        return [.. hours];
    }

    /// <summary>Keeps labels by prediction id, a hundred at a time where none of them was known before. Safe to repeat. Returns their hours.</summary>
    public async Task<IReadOnlyList<DateTimeOffset>> KeepAsync(ModelName model, IReadOnlyList<(PredictionId Id, LabelEntry Entry)> labels, CancellationToken cancellation)
    {
        var hours = labels.GroupBy(label => LabelKeys.HourOf(label.Id)).ToList();
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(hours.SelectMany(hour => hour.Chunk(Transaction).Select(some => (hour.Key, some))), options, async (work, stop) =>
        {
            string partition = LabelKeys.Hour(model, work.Key);
            if (await TryAddAsync(partition, work.some, stop))
                return;
            foreach ((PredictionId id, LabelEntry entry) in work.some)
                await AddAsync(partition, id.ToString(), key: null, entry, stop);
        });
        return [.. hours.Select(hour => hour.Key)];
    }

    /// <summary>Says that labels of these hours have changed, after they have.</summary>
    public Task MarkAsync(ModelName model, IEnumerable<DateTimeOffset> hours, CancellationToken cancellation) => Task.WhenAll(hours.Select(hour =>
        table.UpsertEntityAsync(new TableEntity(LabelKeys.Changed(model), LabelKeys.HourText(hour)), TableUpdateMode.Replace, cancellation)));

    /// <summary>Hours with changed labels, the oldest first.</summary>
    public async Task<IReadOnlyList<ChangedHour>> ChangedAsync(ModelName model, CancellationToken cancellation)
    {
        var hours = new List<ChangedHour>();
        string partition = LabelKeys.Changed(model);
        await foreach (TableEntity row in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {partition}"), cancellationToken: cancellation))
            hours.Add(new(LabelKeys.HourOf(row.RowKey), row.ETag));
        return hours;
    }

    /// <summary>Takes marks back whose hours have been counted; a mark that was made anew meanwhile stays.</summary>
    public async Task CountedAsync(ModelName model, IEnumerable<ChangedHour> hours, CancellationToken cancellation)
    {
        foreach (ChangedHour hour in hours)
        {
            try
            {
                await table.DeleteEntityAsync(LabelKeys.Changed(model), LabelKeys.HourText(hour.Hour), hour.Tag, cancellation);
            }
            catch (RequestFailedException e) when (e.Status is 404 or 412 && !StorageOutage.Is(e))
            {
                // Changed again, or taken back by another host.
            }
        }
    }

    /// <summary>Remembers to which predictions keys were given, so that labels by key find them. Safe to repeat.</summary>
    public async Task SeeAsync(ModelName model, IEnumerable<(string Key, string Prediction)> rows, CancellationToken cancellation)
    {
        var entities = rows.Select(row => (Hash: LabelKeys.Hash(row.Key), row.Prediction)).Distinct()
            .Select(row => new TableEntity(LabelKeys.Seen(model, row.Hash), $"{row.Hash}|{row.Prediction}"));
        foreach (IGrouping<string, TableEntity> partition in entities.GroupBy(e => e.PartitionKey))
        {
            foreach (TableEntity[] some in partition.Chunk(Transaction))
                await table.SubmitTransactionAsync(some.Select(e => new TableTransactionAction(TableTransactionActionType.UpsertReplace, e)), cancellation);
        }
    }

    /// <summary>The labels by prediction id of an hour.</summary>
    public async IAsyncEnumerable<(string Prediction, string Label)> OfHourAsync(ModelName model, DateTimeOffset hour, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string partition = LabelKeys.Hour(model, hour);
        await foreach (LabelRow row in table.QueryAsync<LabelRow>(
            TableClient.CreateQueryFilter($"PartitionKey eq {partition}"), select: [nameof(LabelRow.RowKey), nameof(LabelRow.Label)], cancellationToken: cancellation))
            yield return (row.RowKey, row.Label);
    }

    /// <summary>The label of a key; null when there is none.</summary>
    public async Task<string?> OfKeyAsync(ModelName model, string key, CancellationToken cancellation)
    {
        string hash = LabelKeys.Hash(key);
        return (await RowAsync(LabelKeys.ByKey(model, hash), hash, cancellation))?.Label;
    }

    /// <summary>Everything that was sent for a prediction, the entry that counts last; empty when nothing was.</summary>
    public async Task<IReadOnlyList<LabelEntry>> HistoryAsync(ModelName model, PredictionId id, CancellationToken cancellation) =>
        (await RowAsync(LabelKeys.Hour(model, LabelKeys.HourOf(id)), id.ToString(), cancellation))?.History() ?? [];

    /// <summary>Adds rows that nobody has added yet, all or none. False when one of them is there, or comes twice.</summary>
    private async Task<bool> TryAddAsync(string partition, (PredictionId Id, LabelEntry Entry)[] labels, CancellationToken cancellation)
    {
        LabelRow[] rows = [.. labels.Select(label => Row(partition, label.Id.ToString(), null, label.Entry))];
        if (rows.DistinctBy(row => row.RowKey).Count() < rows.Length)
            return false;
        try
        {
            await table.SubmitTransactionAsync(rows.Select(row => new TableTransactionAction(TableTransactionActionType.Add, row)), cancellation);
            return true;
        }
        catch (RequestFailedException e) when (e.Status == 409 && !StorageOutage.Is(e))
        {
            return false;
        }
    }

    private static LabelRow Row(string partition, string rowKey, string? key, LabelEntry entry)
    {
        var row = new LabelRow { PartitionKey = partition, RowKey = rowKey, Key = key };
        row.Add(entry);
        return row;
    }

    private async Task AddAsync(string partition, string rowKey, string? key, LabelEntry entry, CancellationToken cancellation)
    {
        while (true)
        {
            LabelRow? known = await RowAsync(partition, rowKey, cancellation);
            LabelRow row = known ?? Row(partition, rowKey, key, entry);
            if (known?.Add(entry) == false)
                return;
            try
            {
                await (known is null ? table.AddEntityAsync(row, cancellation) : table.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace, cancellation));
                return;
            }
            catch (RequestFailedException e) when (e.Status is 404 or 409 or 412 && !StorageOutage.Is(e))
            {
                // Somebody wrote in between, perhaps ourselves in a request whose answer was lost: look again.
            }
        }
    }

    private async Task<LabelRow?> RowAsync(string partition, string rowKey, CancellationToken cancellation)
    {
        NullableResponse<LabelRow> row = await table.GetEntityIfExistsAsync<LabelRow>(partition, rowKey, cancellationToken: cancellation);
        return row.HasValue ? row.Value : null;
    }
}
