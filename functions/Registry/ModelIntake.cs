using Microsoft.Extensions.Logging;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;

namespace Tidemark.Registry;

/// <summary>
/// Handles the events of container <c>models</c>: a <c>{model}/{version}/model.onnx</c> that was dropped there becomes a version. Events repeat,
/// come late, and come for our own uploads too; all of that ends in the same sealed version.
/// </summary>
public sealed partial class ModelIntake(Sealing sealing, RegistryTable table, TimeProvider time, ILogger<ModelIntake> logger)
{
    /// <summary>Partition of audit rows that belong to no model.</summary>
    public const string Partition = "_intake";

    private const int Shown = 500;

    /// <summary>Takes one queue message. What can't be read or served is audited and done with; only what trying again may help throws.</summary>
    public async Task TakeAsync(string message, CancellationToken cancellation)
    {
        var created = BlobCreated.Parse(message);
        if (created.Ok && (created.Value.Container != StorageNames.Containers.Models || !IsModelFile(created.Value.Path))) return;

        var version = created.Then(c => VersionOf(c.Path));
        if (!version.Ok)
        {
            await RefuseAsync(message, version.Failure, cancellation);
            return;
        }

        var outcome = await sealing.SealDroppedAsync(version.Value, cancellation);
        if (outcome.Ok) return;
        if (outcome.Failure.Kind == FailureKind.Unavailable) throw new TimeoutException(outcome.Failure.Detail);
        LogNotServed(version.Value, outcome.Failure.Detail);
    }

    private static bool IsModelFile(string path) => path.EndsWith("/" + ModelBlobs.ModelFileName, StringComparison.Ordinal);

    private static Outcome<VersionReference> VersionOf(string path) => path.Split('/') is [var model, var version, _]
        ? VersionReference.Parse(model, version)
        : new Failure(FailureKind.Malformed, "Not a model path", $"The path '{path}' does not read {{model}}/{{version}}/{ModelBlobs.ModelFileName}.");

    /// <summary>One audit row per message, however often it comes: nothing is silently gone (promise I10).</summary>
    private async Task RefuseAsync(string message, Failure failure, CancellationToken cancellation)
    {
        string shown = message.Length <= Shown ? message : message[..Shown] + "…";
        string hash = ModelFile.Of(System.Text.Encoding.UTF8.GetBytes(message)).Sha256;
        var row = AuditRow.Of(Partition, "message-refused", shown, "intake", time.GetUtcNow(), hash, failure.Detail);
        row.RowKey = "audit:" + hash;
        await table.PutAsync(row, cancellation);
        LogRefused(failure.Detail);
        RegistryInstruments.Refused();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A message of the model intake was refused and put into the audit: {Reason}")]
    private partial void LogRefused(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The file dropped as {Version} is not served: {Reason}")]
    private partial void LogNotServed(VersionReference version, string reason);
}
