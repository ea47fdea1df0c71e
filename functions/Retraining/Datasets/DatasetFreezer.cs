using System.Text;
using System.Text.Json;
using Azure;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;
using Tidemark.Platform.Tabular;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Data;
using Tidemark.Retraining.Policies;
using Tidemark.Retraining.Records;

namespace Tidemark.Retraining.Datasets;

/// <summary>
/// Makes a dataset version of what the policy asks for: the file that it names, the labelled part of the prediction log, or both. The data's name
/// holds its hash and the manifest is written once: a freeze that is repeated finds the first, though more labels have come meanwhile.
/// </summary>
public sealed class DatasetFreezer(BlobServiceClient service, LabelledLog log, TimeProvider clock)
{
    private readonly BlobContainerClient datasets = service.GetBlobContainerClient(StorageNames.Containers.Datasets);

    /// <returns>The dataset; Unprocessable when there are too few rows or the file lacks what training needs.</returns>
    public async Task<Outcome<FrozenDataset>> FreezeAsync(OpenRetraining retraining, CancellationToken cancellation)
    {
        if (await FindAsync(retraining.Id, cancellation) is { } known) return known;
        RunSpec spec = retraining.Policy.Spec("datasets/any.csv", null).Value!;
        string[] columns = [.. ColumnsOf(spec)];
        using var file = new CsvFile();
        file.Add(columns);
        var made = await FillAsync(retraining, spec, columns, file, cancellation);
        if (!made.Ok) return made;
        if (made.Value.Labelled < retraining.Policy.Data.LeastRows) return TooFew(retraining.Policy.Data, made.Value);
        (string sha256, Stream content) = file.Finish();
        string name = $"{Folder(retraining.Id)}/{sha256[..16]}.csv";
        await UploadAsync(name, content, cancellation);
        return await SealAsync(retraining.Id, made.Value with { Blob = $"{datasets.Name}/{name}", Sha256 = sha256, Bytes = file.Length, Rows = file.Rows }, cancellation);
    }

    /// <summary>What was frozen for a retraining; null when nothing was yet.</summary>
    public async Task<FrozenDataset?> FindAsync(RetrainingId id, CancellationToken cancellation)
    {
        try
        {
            BlobDownloadResult read = await Manifest(id).DownloadContentAsync(cancellation);
            return JsonSerializer.Deserialize<FrozenDataset>(read.Content.ToMemory().Span, RunSpecReader.Json);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    /// <summary>The rows of a dataset, read from the start as often as asked, a few MB at a time.</summary>
    public async Task<RunData> OpenAsync(FrozenDataset dataset, CancellationToken cancellation)
    {
        BlobClient blob = datasets.GetBlobClient(dataset.Blob[(datasets.Name.Length + 1)..]);
        return Content(blob, (await blob.GetPropertiesAsync(cancellationToken: cancellation)).Value.ETag);
    }

    /// <summary>A file as it is under one ETag: whoever overwrites it meanwhile makes the reading fail, and the step is done again.</summary>
    private static RunData Content(BlobClient blob, ETag tag) => new(cancellation => blob.OpenReadAsync(
        new BlobOpenReadOptions(allowModifications: false) { BufferSize = StorageClients.TransferSize, Conditions = new BlobRequestConditions { IfMatch = tag } }, cancellation));

    /// <summary>The label, the features, and what rows are split and told apart by; each once.</summary>
    private static IEnumerable<string> ColumnsOf(RunSpec spec) => spec.Features.Select(f => f.Name)
        .Concat(spec.Sensitive)
        .Concat(spec.Split.Column is { } column ? [column] : Array.Empty<string>())
        .Where(name => name != spec.Label.Column)
        .Append(spec.Label.Column)
        .Distinct(StringComparer.Ordinal);

    private async Task<Outcome<FrozenDataset>> FillAsync(OpenRetraining retraining, RunSpec spec, string[] columns, CsvFile file, CancellationToken cancellation)
    {
        DataPolicy data = retraining.Policy.Data;
        List<FrozenSource> sources = [];
        long labelled = 0;
        (DateTimeOffset? From, DateTimeOffset? To) span = default;
        if (data.Source != DataSourceKind.Log)
        {
            var copied = await CopyAsync(data.Blob!, columns, spec.Label.Column, file, cancellation);
            if (!copied.Ok) return copied.Failure;
            sources.Add(copied.Value.Source);
            labelled += copied.Value.Labelled;
        }

        if (data.Source != DataSourceKind.Blob)
        {
            DateTimeOffset now = clock.GetUtcNow();
            var logged = await log.ReadAsync(new(retraining.Model, columns[..^1], now.AddDays(-data.Days), now, data.MostRows), cancellation);
            foreach (LoggedExample row in logged.Rows) file.Add([.. row.Cells, row.Label]);
            sources.AddRange(logged.Files);
            labelled += logged.Rows.Count;
            span = logged.Rows.Count == 0 ? span : (logged.Rows[0].Time, logged.Rows[^1].Time);
        }

        return new FrozenDataset("", "", 0, 0, labelled, span.From, span.To, columns, sources, clock.GetUtcNow());
    }

    /// <summary>Copies the columns of a file, as it is under one ETag.</summary>
    private async Task<Outcome<(FrozenSource Source, long Labelled)>> CopyAsync(string name, string[] columns, string label, CsvFile file, CancellationToken cancellation)
    {
        BlobReference reference = BlobReference.Parse(name).Value!;
        BlobClient blob = service.GetBlobContainerClient(reference.Container).GetBlobClient(reference.Path);
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellation);
            long before = file.Rows, labelled = 0;
            var failure = await Content(blob, properties.ETag).ReadAsync(columns, [], batch =>
            {
                var cells = columns.Select(column => (TextColumn)batch.Find(column)!).ToArray();
                var labels = (TextColumn)batch.Find(label)!;
                for (int row = 0; row < batch.Rows; row++)
                {
                    if (!labels.IsMissing(row)) labelled++;
                    file.Add(cells.Select(column => Encoding.UTF8.GetString(column.Utf8(row))));
                }

                return null;
            }, cancellation);
            return failure is null ? (new FrozenSource(name, properties.ETag.ToString("H"), file.Rows - before), labelled) : failure with { Detail = $"{name}: {failure.Detail}" };
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return new Failure(FailureKind.Unprocessable, "No training data", $"The policy's file {name} is not there. Put it there, or change data.blob.");
        }
    }

    /// <summary>What lies under a name with this hash in it is these bytes.</summary>
    private async Task UploadAsync(string name, Stream content, CancellationToken cancellation)
    {
        try
        {
            await datasets.GetBlobClient(name).UploadAsync(
                content,
                new BlobUploadOptions
                {
                    Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                    HttpHeaders = new BlobHttpHeaders { ContentType = "text/csv" },
                    TransferOptions = new StorageTransferOptions { InitialTransferSize = StorageClients.TransferSize, MaximumTransferSize = StorageClients.TransferSize },
                },
                cancellation);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412 && !StorageOutage.Is(e))
        {
            // An earlier try of the same freeze.
        }
    }

    /// <summary>Writes the manifest unless there is one; the one that stands.</summary>
    private async Task<FrozenDataset> SealAsync(RetrainingId id, FrozenDataset dataset, CancellationToken cancellation)
    {
        try
        {
            await Manifest(id).UploadAsync(
                BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(dataset, RunSpecReader.Json)),
                new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All }, HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" } },
                cancellation);
            return dataset;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412 && !StorageOutage.Is(e))
        {
            return await FindAsync(id, cancellation) ?? throw new InvalidOperationException($"The dataset of {id} was there and is not.");
        }
    }

    private BlobClient Manifest(RetrainingId id) => datasets.GetBlobClient($"{Folder(id)}/manifest.json");

    private static string Folder(RetrainingId id) => $"{id.Model}/{id}";

    private static Failure TooFew(DataPolicy data, FrozenDataset made) => new(
        FailureKind.Unprocessable, "Too few labels",
        $"There are {made.Labelled} rows with labels{(data.Source == DataSourceKind.Blob ? "" : $" within {data.Days} days")}; training needs data.leastRows = {data.LeastRows}. Wait for labels, widen data.days, or add a file with data.source both.");
}
