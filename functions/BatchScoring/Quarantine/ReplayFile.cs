using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Tidemark.BatchScoring.Planning;
using Tidemark.BatchScoring.Scoring;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Readers;

namespace Tidemark.BatchScoring.Quarantine;

/// <summary>Writes the file of a replay from a quarantine, in bounded memory: each row's text as it stood or as it was corrected, its number before it.</summary>
public sealed class ReplayFile(BlobServiceClient blobs)
{
    public const string RowColumn = "original_row";

    private const int BlockBytes = 4 << 20;

    private static readonly JsonLinesOptions Options = new()
    {
        Kinds = new Dictionary<string, ColumnKind>(StringComparer.Ordinal) { ["row"] = ColumnKind.Integer, ["text"] = ColumnKind.Text, ["key"] = ColumnKind.Text },
        MaxRowBytes = 512 << 20,
    };

    /// <summary>The columns that a replay keeps: those of the job, and the number of the row in the first file.</summary>
    internal static string? Kept(BatchPlan plan) => plan switch
    {
        { Request.Keep: "*" } or { Positional: true } => plan.Request.Keep,
        _ when plan.Kept.Contains(RowColumn) => plan.Request.Keep,
        _ => string.Join('\n', plan.Kept.Prepend(RowColumn)),
    };

    /// <summary>Writes the file unless it is there. A failure: a corrected row is not in the quarantine, or can't be put together.</summary>
    internal async Task<Failure?> WriteAsync(
        BatchPlan plan, string quarantine, IReadOnlyList<CorrectedRow>? corrected, BlockBlobClient to, CancellationToken cancellation)
    {
        var wanted = new Dictionary<long, CorrectedRow>();
        foreach (CorrectedRow row in corrected ?? [])
            wanted[row.Row] = row;
        bool numbered = !plan.Positional && plan.Header?.Contains(RowColumn) != true;
        var rows = new CorrectedText(plan, numbered);
        using var blocks = new BlockStager(to, "replay", new ShardCut(0, 0, BlockBytes, ShardCut.MostBlocks));
        blocks.Append(rows.Header());
        BlobDownloadStreamingResult aside = await blobs.GetBlobContainerClient(StorageNames.Containers.Quarantine).GetBlobClient(quarantine).DownloadStreamingAsync(cancellationToken: cancellation);
        Outcome<JsonLinesReader> opened = await JsonLinesReader.OpenAsync(aside.Content, Options, cancellation);
        if (!opened.Ok)
            return opened.Failure;
        using JsonLinesReader reader = opened.Value;
        int met = 0;
        for (Outcome<bool> more = await reader.ReadAsync(cancellation); more is not { Ok: true, Value: false }; more = await reader.ReadAsync(cancellation))
        {
            if (!more.Ok)
                return more.Failure;
            if (Append(reader.Batch, wanted, rows, blocks, ref met) is { } failure)
                return failure;
            await blocks.StageFullAsync(cancellation);
        }

        if (met < wanted.Count)
            return BatchRows(wanted.Keys);
        await blocks.StageRestAsync(cancellation);
        await CommitAsync(to, blocks.Blocks, cancellation);
        return null;
    }

    private static Failure? Append(Table batch, Dictionary<long, CorrectedRow> wanted, CorrectedText rows, BlockStager blocks, ref int met)
    {
        var numbers = (IntegerColumn)batch.Find("row")!;
        var texts = (TextColumn)batch.Find("text")!;
        for (int row = 0; row < batch.Rows; row++)
        {
            CorrectedRow? correction = wanted.GetValueOrDefault(numbers.Values[row]);
            if (wanted.Count > 0 && correction is null)
                continue;
            met += correction is null ? 0 : 1;
            Outcome<string> text = rows.Of(numbers.Values[row], Encoding.UTF8.GetString(texts.Utf8(row)), correction);
            if (!text.Ok)
                return text.Failure;
            blocks.Append(Encoding.UTF8.GetBytes(text.Value));
        }

        return null;
    }

    private static async Task CommitAsync(BlockBlobClient to, int blocks, CancellationToken cancellation)
    {
        var options = new CommitBlockListOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } };
        try
        {
            await to.CommitBlockListAsync(Enumerable.Range(0, blocks).Select(index => BlockStager.Id("replay", index)), options, cancellation);
        }
        catch (RequestFailedException e) when (e.Status == 412 || e.ErrorCode == BlobErrorCode.BlobAlreadyExists)
        {
            // The same request was here before: what it wrote is the same.
        }
    }

    private static Failure BatchRows(IEnumerable<long> numbers) => new(
        FailureKind.Unprocessable, "Row not in quarantine",
        $"Of the rows {string.Join(", ", numbers.Order().Take(20))} not all are in the quarantine of this batch: send the numbers that stand there under 'row', each once.");
}
