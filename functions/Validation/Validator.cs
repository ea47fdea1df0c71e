using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Tabular.Readers;
using Tidemark.Validation.Store;
using Tidemark.Validation.Suites;

namespace Tidemark.Validation;

/// <summary>Runs a suite on the data of a request: rows at hand, or a CSV file in storage, read as a stream.</summary>
public sealed class Validator(SuiteStore suites, BlobServiceClient blobs, TimeProvider clock)
{
    /// <value>Largest file that is validated while the caller waits. 256 MiB.</value>
    public const long MostBlobBytes = 256L << 20;

    public async Task<Outcome<ValidationResult>> ValidateAsync(ValidationRequest request, CancellationToken cancellation)
    {
        Outcome<ExpectationSuite> suite = await SuiteAsync(request, cancellation);
        if (!suite.Ok)
            return suite.As<ValidationResult>();
        var run = new SuiteRun(suite.Value, request.Options with { Clock = clock });
        if (request.Blob is not null)
            return await ReadAsync(request.Blob, run, cancellation);
        run.Observe(request.Table!);
        return run.Conclude();
    }

    private async Task<Outcome<ExpectationSuite>> SuiteAsync(ValidationRequest request, CancellationToken cancellation) =>
        request.Suite ?? (await suites.ReadAsync(request.Stored!, cancellation)).Map(stored => stored.Suite);

    private async Task<Outcome<ValidationResult>> ReadAsync(BlobReference blob, SuiteRun run, CancellationToken cancellation)
    {
        Outcome<BlobDownloadStreamingResult> file = await OpenAsync(blob, cancellation);
        if (!file.Ok)
            return file.As<ValidationResult>();
        using BlobDownloadStreamingResult open = file.Value;
        Outcome<CsvReader> opened = await CsvReader.OpenAsync(open.Content, CsvOptions.Default, cancellation);
        if (!opened.Ok)
            return opened.As<ValidationResult>();
        using CsvReader reader = opened.Value;
        long unreadable = 0;
        while (true)
        {
            Outcome<bool> read = await reader.ReadAsync(cancellation);
            if (!read.Ok)
                return read.As<ValidationResult>();
            if (!read.Value)
                break;
            unreadable += reader.Faults.Count;
            run.Observe(reader.Batch);
        }

        var about = new JsonObject { ["blob"] = blob.ToString(), ["rows"] = reader.Rows, ["unreadable_cells_or_rows"] = unreadable };
        return run.Conclude() with { BatchKwargs = about };
    }

    private async Task<Outcome<BlobDownloadStreamingResult>> OpenAsync(BlobReference blob, CancellationToken cancellation)
    {
        try
        {
            BlobDownloadStreamingResult file = await blobs.GetBlobContainerClient(blob.Container).GetBlobClient(blob.Path).DownloadStreamingAsync(cancellationToken: cancellation);
            if (file.Details.ContentLength <= MostBlobBytes)
                return file;
            file.Dispose();
            return new Failure(FailureKind.TooLarge, "File too large", $"The blob {blob} has {file.Details.ContentLength} bytes; up to {MostBlobBytes} are validated at once. Drop it into 'incoming' to have it checked in shards.");
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return new Failure(FailureKind.NotFound, "No such blob", $"There is no blob {blob}.");
        }
    }
}
