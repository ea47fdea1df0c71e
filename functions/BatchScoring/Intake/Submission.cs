using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.AspNetCore.Http;
using Tidemark.BatchScoring.Completing;
using Tidemark.BatchScoring.Jobs;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Platform.Storage;
using Tidemark.Registry;

namespace Tidemark.BatchScoring.Intake;

/// <summary>The body of <c>POST /api/batches</c>.</summary>
public sealed record SubmitBody
{
    /// <summary><c>container/path</c> of the file.</summary>
    public string? Blob { get; init; }

    /// <summary>The model; the first folder of a file in <c>incoming</c> when left out.</summary>
    public string? Model { get; init; }

    /// <summary>The version, or else the alias, to score with; the champion when both are left out.</summary>
    public string? Version { get; init; }

    public string? Alias { get; init; }

    /// <summary>The suite to hold rows to, <c>name</c> or <c>name/version</c>; that of the model version when left out.</summary>
    public string? Suite { get; init; }

    /// <summary>Names of columns, or <c>"*"</c>.</summary>
    public JsonElement? Keep { get; init; }

    public string? Key { get; init; }

    /// <summary>0 to 1.</summary>
    public double? Threshold { get; init; }

    public string? Callback { get; init; }

    public bool NeutraliseFormulas { get; init; }
}

/// <summary>Begins jobs for callers. The message goes first, so that a job that was answered for is done whatever happens here.</summary>
public sealed class Submission(BlobServiceClient blobs, QueueServiceClient queues, RegistryTable registry, JobStart start, JobLedger jobs, Callbacks callbacks)
{
    private const int MostTries = 100;

    /// <value>Characters of a request that its row in the table holds, less some for what is added.</value>
    private const int MostCharacters = 30_000;

    private readonly QueueClient queue = queues.GetQueueClient(StorageNames.Queues.BatchIntake);

    public async Task<Outcome<JobRow>> SubmitAsync(HttpRequest http, CancellationToken cancellation)
    {
        Outcome<byte[]> bytes = await JsonBody.BytesAsync(http, cancellation);
        Outcome<SubmitBody> body = bytes.Then(b => BatchBodies.Read(b, BatchJson.Default.SubmitBody));
        Outcome<BatchRequest> request = (await body.ThenAsync(b => RequestAsync(b, cancellation))).Then(Sized);
        return await request.ThenAsync(r => FirstAsync(r, cancellation));
    }

    /// <summary>Sends the request to the queue and makes the job here too, so that it can be asked for at once.</summary>
    public async Task<Outcome<JobRow>> SendAsync(BatchRequest request, CancellationToken cancellation)
    {
        await queue.SendMessageAsync(BatchIntake.Message(request), cancellation);
        return await start.InsertAsync(request, cancellation);
    }

    /// <summary>The job of the file, or the next try of one that failed or was cancelled.</summary>
    private async Task<Outcome<JobRow>> FirstAsync(BatchRequest request, CancellationToken cancellation)
    {
        for (int again = 0; again < MostTries; again++)
        {
            BatchRequest next = request with { Again = again };
            JobRow? known = await jobs.FindAsync(JobId.Of(next), cancellation);
            if (known is null)
                return await SendAsync(next, cancellation);
            if (known.StateNow is not (BatchState.Failed or BatchState.Cancelled))
                return known;
        }

        return new Failure(FailureKind.Conflict, "Tried too often", $"The file {request.Source} has been tried {MostTries} times. Correct it: a new content begins anew.");
    }

    private static Outcome<BatchRequest> Sized(BatchRequest request) => BatchIntake.Message(request).Length <= MostCharacters
        ? request
        : BatchBodies.Refuse("keep", $"with all its names the request has more than {MostCharacters:N0} characters; send \"*\" for all columns");

    private async Task<Outcome<BatchRequest>> RequestAsync(SubmitBody body, CancellationToken cancellation)
    {
        Outcome<BlobReference> blob = BlobReference.Parse(body.Blob);
        Outcome<string?> keep = KeepOf(body.Keep);
        Outcome<Uri> callback = body.Callback is null ? new Uri("about:blank") : callbacks.Parse(body.Callback);
        if ((blob.Failure ?? keep.Failure ?? callback.Failure) is { } failure)
            return failure;
        if (body.Threshold is < 0 or > 1 or double.NaN)
            return BatchBodies.Refuse("threshold", $"{body.Threshold} is not between 0 and 1");
        if (body.Version is not null && body.Alias is not null)
            return BatchBodies.Refuse("alias", "send a version or an alias, not both");
        Outcome<ModelName> model = ModelName.Parse(body.Model ?? (blob.Value!.Container == StorageNames.Containers.Incoming ? blob.Value.Path.Split('/')[0] : null));
        Outcome<string?> version = await model.ThenAsync(m => VersionAsync(m, body, cancellation));
        if (version.Failure is not null)
            return version.Failure;
        return (await TagAsync(blob.Value!, cancellation)).Map(tag => new BatchRequest
        {
            Container = blob.Value!.Container,
            Path = blob.Value.Path,
            ETag = tag,
            Model = model.Value.ToString(),
            Version = version.Value,
            Suite = body.Suite,
            Keep = keep.Value,
            Key = body.Key,
            Threshold = body.Threshold,
            Callback = body.Callback,
            NeutraliseFormulas = body.NeutraliseFormulas,
        });
    }

    private async Task<Outcome<string?>> VersionAsync(ModelName model, SubmitBody body, CancellationToken cancellation)
    {
        if (body.Alias is null)
            return body.Version;
        Outcome<AliasName> alias = AliasName.Parse(body.Alias);
        if (!alias.Ok)
            return alias.As<string?>();
        AliasRow? row = await registry.AliasAsync(model, alias.Value, cancellation);
        return row is not null ? row.Version : new Failure(FailureKind.NotFound, "No such alias", $"The model '{model}' has no alias '{alias.Value}'. PUT /api/models/{model}/aliases/{alias.Value} sets it.");
    }

    private async Task<Outcome<string>> TagAsync(BlobReference blob, CancellationToken cancellation)
    {
        try
        {
            var properties = await blobs.GetBlobContainerClient(blob.Container).GetBlobClient(blob.Path).GetPropertiesAsync(cancellationToken: cancellation);
            return properties.Value.ETag.ToString().Trim('"');
        }
        catch (RequestFailedException e) when (e.Status == 404 && !StorageOutage.Is(e))
        {
            return new Failure(FailureKind.NotFound, "No such file", $"There is no file {blob}. Upload it first.");
        }
    }

    private static Outcome<string?> KeepOf(JsonElement? keep)
    {
        if (keep is not { ValueKind: not JsonValueKind.Null } given)
            return (string?)null;
        if (given.ValueKind == JsonValueKind.String && given.GetString() == "*")
            return "*";
        if (given.ValueKind != JsonValueKind.Array || given.EnumerateArray().Any(name => name.ValueKind != JsonValueKind.String || name.GetString() is not { Length: > 0 } text || text.Contains('\n', StringComparison.Ordinal)))
            return BatchBodies.Refuse("keep", "send a list of column names, or \"*\" for all");
        string[] names = [.. given.EnumerateArray().Select(name => name.GetString()!).Distinct(StringComparer.Ordinal)];
        return names.Length == 0 ? (string?)null : string.Join('\n', names);
    }
}
