using System.Globalization;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Tidemark.Platform.Errors;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Storage;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Readers;
using Tidemark.Registry;

namespace Tidemark.Drift.Profiles;

/// <summary>
/// Makes a reference profile of training data. Columns are the model's inputs by name; those named <c>output.…</c> are answers. Personal columns are
/// treated as the model's log treats them, so that hashes meet hashes.
/// </summary>
public sealed class ReferenceData(BlobServiceClient blobs, LogPolicies policies)
{
    public async Task<Outcome<ProfileDocument>> ReadAsync(VersionReference version, BlobReference blob, CancellationToken cancellation)
    {
        if (DataFormats.OfName(blob.Path) is not { } format)
            return new Failure(FailureKind.UnsupportedMediaType, "Not a file of rows", $"The name of blob {blob} must end in .csv, .jsonl or .ndjson, with .gz after it where the data is packed.");
        try
        {
            BlobDownloadStreamingResult file = await blobs.GetBlobContainerClient(blob.Container).GetBlobClient(blob.Path).DownloadStreamingAsync(cancellationToken: cancellation);
            return await ReadAsync(version, blob.ToString(), file.Content, format, cancellation);
        }
        catch (RequestFailedException missing) when (missing.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return new Failure(FailureKind.NotFound, "No such blob", $"There is no blob {blob}.");
        }
    }

    /// <param name="version">Whose reference it is.</param>
    /// <param name="source">What to call the data.</param>
    /// <param name="stream">The rows; closed afterwards.</param>
    /// <param name="format">How they are written.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async Task<Outcome<ProfileDocument>> ReadAsync(VersionReference version, string source, Stream stream, DataFormat format, CancellationToken cancellation)
    {
        var opened = await format.OpenAsync(stream, kinds: null, cancellation);
        if (!opened.Ok)
            return opened.As<ProfileDocument>();
        using TableReader reader = opened.Value;
        var policy = await policies.ReadAsync(version.Model.ToString(), cancellation);
        var (inputs, outputs) = (new ReferenceChunks(), new ReferenceChunks());
        while (policy.Ok)
        {
            var more = await reader.ReadAsync(cancellation);
            if (!more.Ok)
                return more.As<ProfileDocument>();
            Observe(reader.Batch, policy.Value, inputs, outputs);
            if (!more.Value)
                return Document(version, source, inputs, outputs);
        }

        return policy.As<ProfileDocument>();
    }

    public async Task<Outcome<ProfileDocument>> ReadAsync(VersionReference version, Table rows, CancellationToken cancellation)
    {
        var policy = await policies.ReadAsync(version.Model.ToString(), cancellation);
        var (inputs, outputs) = (new ReferenceChunks(), new ReferenceChunks());
        if (policy.Ok)
            Observe(rows, policy.Value, inputs, outputs);
        return policy.Then(_ => Document(version, "upload", inputs, outputs));
    }

    private static Outcome<ProfileDocument> Document(VersionReference version, string source, ReferenceChunks inputs, ReferenceChunks outputs) => inputs.Whole.Rows == 0
        ? new Failure(FailureKind.Unprocessable, "No rows", $"The reference data ({source}) has no readable row.")
        : new ProfileDocument
        {
            Model = version.Model.ToString(),
            Version = version.Version.ToString(),
            Source = source,
            Files = 1,
            Inputs = inputs.Whole,
            Outputs = outputs.Whole,
            Thresholds = inputs.Thresholds().Concat(outputs.Thresholds()).ToDictionary(StringComparer.Ordinal),
        };

    private static void Observe(Table batch, LogPolicy policy, ReferenceChunks inputs, ReferenceChunks outputs)
    {
        List<Column> shown = [];
        foreach (Column column in batch.Columns.Where(c => !IsOutput(c)))
        {
            Personal? rule = policy.Of(column.Name);
            if (rule != Personal.Omit)
                shown.Add(rule is null ? column : Hashed(column, policy.Hash!));
        }

        inputs.Observe(new Table(shown).Filled(batch.Rows));
        if (batch.Columns.Any(IsOutput))
            outputs.Observe(new Table([.. batch.Columns.Where(IsOutput)]).Filled(batch.Rows));
    }

    private static bool IsOutput(Column column) => column.Name.StartsWith(LogNames.Output, StringComparison.Ordinal);

    private static TextColumn Hashed(Column column, PersonalHash hash)
    {
        var hashed = new TextColumn(column.Name);
        Span<byte> text = stackalloc byte[PersonalHash.Length];
        for (int row = 0; row < column.Count; row++)
        {
            if (column.IsMissing(row))
            {
                hashed.AppendMissing();
                continue;
            }

            hash.Write(column is TextColumn texts ? texts.Utf8(row) : Encoding.UTF8.GetBytes(Convert.ToString(column.Cell(row), CultureInfo.InvariantCulture)!), text);
            hashed.Append(text);
        }

        return hashed;
    }
}
