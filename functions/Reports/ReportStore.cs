using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Tidemark.Platform.Storage;
using Tidemark.Registry;
using Tidemark.Reports.Page;

namespace Tidemark.Reports;

/// <summary>
/// Reports as blobs <c>reports/{model}/{yyyy}/{MM}/{dd}/{yyyyMMddHH}-{yyyyMMddHH}.html</c> and <c>.json</c> beside it. The JSON is written last: a
/// report is there when its JSON is.
/// </summary>
public sealed class ReportStore(BlobServiceClient service)
{
    private const int LongestHeadline = 300;

    private readonly BlobContainerClient container = service.GetBlobContainerClient(StorageNames.Containers.Reports);

    /// <summary>Stores both forms. With <paramref name="once"/> a report that is there stays as it is.</summary>
    public async Task WriteAsync(ReportId id, ModelReport report, bool once, CancellationToken cancellation)
    {
        if (once && await Blob(id, "json").ExistsAsync(cancellation))
            return;
        await Blob(id, "html").UploadAsync(
            BinaryData.FromString(ReportPage.Render(report)), new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "text/html; charset=utf-8" } }, cancellation);
        var options = new BlobUploadOptions
        {
            HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" },
            Metadata = ReportSummary.Of(report).ToMetadata(LongestHeadline),
            Conditions = once ? new BlobRequestConditions { IfNoneMatch = ETag.All } : null,
        };
        try
        {
            await Blob(id, "json").UploadAsync(BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(report, ReportJson.Default.ModelReport)), options, cancellation);
        }
        catch (RequestFailedException e) when (once && e.Status is 409 or 412 && !StorageOutage.Is(e))
        {
            // Another host has made the same report.
        }
    }

    /// <summary>The report as <c>json</c> or <c>html</c>; null when there is none.</summary>
    public async Task<BinaryData?> ReadAsync(ReportId id, string form, CancellationToken cancellation)
    {
        try
        {
            BlobDownloadResult read = await Blob(id, form).DownloadContentAsync(cancellation);
            return read.Content;
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    /// <summary>All reports of a model, by the beginning of their time.</summary>
    public async Task<IReadOnlyList<ReportSummary>> ListAsync(ModelName model, CancellationToken cancellation)
    {
        List<ReportSummary> found = [];
        await foreach (BlobItem blob in container.GetBlobsAsync(BlobTraits.Metadata, BlobStates.None, $"{model}/", cancellation))
        {
            string[] name = Path.GetFileNameWithoutExtension(blob.Name).Split('-');
            if (blob.Name.EndsWith(".json", StringComparison.Ordinal) && name.Length == 2 && ReportId.Parse($"{model}.{name[0]}.{name[1]}") is { Ok: true } id)
                found.Add(ReportSummary.Of(id.Value, blob.Metadata));
        }

        return found;
    }

    private BlobClient Blob(ReportId id, string form) => container.GetBlobClient(string.Create(
        CultureInfo.InvariantCulture, $"{id.Model}/{id.From.UtcDateTime:yyyy'/'MM'/'dd}/{ReportId.Text(id.From)}-{ReportId.Text(id.To)}.{form}"));
}
