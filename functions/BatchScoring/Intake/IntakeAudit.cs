using System.Security.Cryptography;
using System.Text;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;
using Tidemark.Platform.Storage;

namespace Tidemark.BatchScoring.Intake;

/// <summary>Keeps what the queues of batches could not use: one audit row per message, however often it comes (promise I10).</summary>
public sealed partial class IntakeAudit(TableServiceClient service, BatchScoringInstruments instruments, TimeProvider time, ILogger<IntakeAudit> logger)
{
    /// <summary>Partition of the rows in table <c>audit</c>.</summary>
    public const string Partition = "batch-intake";

    private const int Shown = 4000;

    private readonly TableClient table = service.GetTableClient(StorageNames.Tables.Audit);

    public async Task RefuseAsync(string message, string reason, CancellationToken cancellation)
    {
        var row = new TableEntity(Partition, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(message))))
        {
            ["Action"] = "message-refused",
            ["Message"] = message.Length <= Shown ? message : message[..Shown] + "…",
            ["Reason"] = reason,
            ["Time"] = time.GetUtcNow(),
        };
        await table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellation);
        instruments.Refused();
        LogRefused(reason);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message of the batch queues was refused and put into the audit: {Reason}")]
    private partial void LogRefused(string reason);
}
