using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Tidemark.BatchScoring.Jobs;
using Tidemark.Platform.Storage;

namespace Tidemark.BatchScoring.Planning;

/// <summary>The blobs of a job in container <c>results</c>: <c>{job}/plan.json</c>, the unpacked copy, the predictions, the manifest.</summary>
public sealed class PlanStore(BlobServiceClient service)
{
    private readonly BlobContainerClient container = service.GetBlobContainerClient(StorageNames.Containers.Results);

    public Task WriteAsync(BatchPlan plan, CancellationToken cancellation) =>
        container.GetBlobClient($"{plan.Job}/plan.json").UploadAsync(
            new BinaryData(JsonSerializer.SerializeToUtf8Bytes(plan, BatchJson.Default.BatchPlan)), overwrite: true, cancellation);

    public async Task<BatchPlan> ReadAsync(JobId job, CancellationToken cancellation)
    {
        BlobDownloadResult read = await container.GetBlobClient($"{job}/plan.json").DownloadContentAsync(cancellation);
        return JsonSerializer.Deserialize(read.Content.ToMemory().Span, BatchJson.Default.BatchPlan)!;
    }

    /// <summary>Where the UTF-8 text of a packed file is while the job runs.</summary>
    public BlockBlobClient CopyOf(JobId job) => container.GetBlockBlobClient($"{job}/unpacked");
}
