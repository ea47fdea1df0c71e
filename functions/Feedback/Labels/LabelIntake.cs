using System.Collections.Concurrent;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Tidemark.Platform.Errors;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Storage;
using Tidemark.Platform.Tabular.Readers;
using Tidemark.Registry;

namespace Tidemark.Feedback.Labels;

/// <summary>
/// Keeps the labels of a message of queue <c>feedback</c>: the id of a submission, or the event of a file dropped as <c>feedback/{model}/{name}</c>.
/// May be interrupted and repeated anywhere.
/// </summary>
public sealed class LabelIntake(Submissions submissions, LabelTable table, BlobServiceClient blobs)
{
    private const int AtOnce = 16, MostRefusals = 100;

    public async Task TakeAsync(string message, CancellationToken cancellation)
    {
        if (!Submissions.IsId(message))
            await TakeDroppedAsync(message, cancellation);
        else if (await submissions.StoredAsync(message, cancellation) is { } submission)
            await TakeAsync(message, submission, cancellation);
    }

    private async Task TakeAsync(string id, Submission submission, CancellationToken cancellation)
    {
        if (submission.File is { } file)
        {
            await TakeFileAsync(id, submission.ModelName, file.Container, file.Path, submission.Received, cancellation);
            return;
        }

        var labels = submission.Labels.Select((label, row) => ((long)row, new Label(label.PredictionId is null ? null : PredictionId.Parse(label.PredictionId).Value, label.Key, label.Label))).ToList();
        await KeepAsync(submission.ModelName, labels, id, submission.Received, cancellation);
        await submissions.FinishAsync(new(id, SubmissionState.Done, submission.Model, labels.Count, 0), cancellation);
    }

    /// <summary>A message that is neither id nor event fails, is tried again and goes to the poison queue: it is not silently gone (promise I10).</summary>
    private async Task TakeDroppedAsync(string message, CancellationToken cancellation)
    {
        Outcome<BlobCreated> created = BlobCreated.Parse(message);
        if (!created.Ok)
            throw new InvalidDataException(created.Failure.Detail);
        (string container, string path) = (created.Value.Container, created.Value.Path);
        if (container != StorageNames.Containers.Feedback)
            throw new InvalidDataException($"The event is of container '{container}', not of '{StorageNames.Containers.Feedback}'.");
        Outcome<ModelName> model = ModelName.Parse(path.Split('/')[0]);
        BlobProperties? properties = await PropertiesAsync(container, path, cancellation);
        if (properties is null)
            return; // Deleted since: there is nothing to keep.
        string id = Submissions.IdOf($"{container}|{path}|{properties.ETag:H}");
        if (model.Ok && LabelFile.FormatOf(path) is not null)
            await TakeFileAsync(id, model.Value, container, path, properties.LastModified, cancellation);
        else
            await submissions.FinishAsync(
                new(id, SubmissionState.Failed, null, Failure: model.Failure?.Detail ?? $"The name '{path}' must end in .csv, .jsonl or .ndjson, with .gz after it where the data is packed."), cancellation);
    }

    private async Task TakeFileAsync(string id, ModelName model, string container, string path, DateTimeOffset received, CancellationToken cancellation)
    {
        Outcome<SubmissionState> kept = await KeepFileAsync(id, model, container, path, received, cancellation);
        await submissions.FinishAsync(kept.Ok ? kept.Value : new(id, SubmissionState.Failed, model.ToString(), Failure: kept.Failure.Detail), cancellation);
    }

    private async Task<Outcome<SubmissionState>> KeepFileAsync(string id, ModelName model, string container, string path, DateTimeOffset received, CancellationToken cancellation)
    {
        Outcome<TableReader> opened;
        try
        {
            BlobDownloadStreamingResult file = await blobs.GetBlobContainerClient(container).GetBlobClient(path).DownloadStreamingAsync(cancellationToken: cancellation);
            opened = await LabelFile.OpenAsync(path, file.Content, cancellation);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return new Failure(FailureKind.NotFound, "No such blob", $"There is no blob {container}/{path} any more.");
        }

        if (!opened.Ok)
            return opened.As<SubmissionState>();
        using TableReader reader = opened.Value;
        (long labels, long refusals, List<RefusedLabel> refused) = (0, 0, []);
        while (true)
        {
            Outcome<bool> read = await reader.ReadAsync(cancellation);
            if (!read.Ok)
                return read.As<SubmissionState>();
            if (!read.Value)
                return new SubmissionState(id, SubmissionState.Done, model.ToString(), labels, refusals, refused);
            (var good, var bad) = LabelFile.Read(reader);
            await KeepAsync(model, good, id, received, cancellation);
            (labels, refusals) = (labels + good.Count, refusals + bad.Count);
            refused.AddRange(bad.Take(MostRefusals - refused.Count));
        }
    }

    private async Task KeepAsync(ModelName model, IReadOnlyList<(long Row, Label Label)> labels, string submission, DateTimeOffset received, CancellationToken cancellation)
    {
        LabelEntry Entry(long row, Label label) => new(label.Value, received, submission, row);
        var hours = new ConcurrentDictionary<DateTimeOffset, bool>();
        foreach (DateTimeOffset hour in await table.KeepAsync(model, [.. labels.Where(l => l.Label.Prediction is not null).Select(l => (l.Label.Prediction!.Value, Entry(l.Row, l.Label)))], cancellation))
            hours[hour] = true;
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(labels.Where(l => l.Label.Key is not null), options, async (each, stop) =>
        {
            foreach (DateTimeOffset hour in await table.KeepAsync(model, each.Label.Key!, Entry(each.Row, each.Label), stop))
                hours[hour] = true;
        });
        await table.MarkAsync(model, hours.Keys, cancellation);
    }

    private async Task<BlobProperties?> PropertiesAsync(string container, string path, CancellationToken cancellation)
    {
        try
        {
            return await blobs.GetBlobContainerClient(container).GetBlobClient(path).GetPropertiesAsync(cancellationToken: cancellation);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }
}
