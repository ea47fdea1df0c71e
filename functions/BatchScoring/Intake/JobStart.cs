using System.Text.Json;
using Tidemark.BatchScoring.Completing;
using Tidemark.BatchScoring.Jobs;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;
using Tidemark.Registry;
using Tidemark.Validation;
using Tidemark.Validation.Store;

namespace Tidemark.BatchScoring.Intake;

/// <summary>Makes jobs. The model's version and its suite are pinned here, once: an alias that moves later changes nothing.</summary>
public sealed class JobStart(ModelDirectory models, SuiteBindings bindings, SuiteStore suites, JobLedger jobs, TimeProvider time)
{
    /// <summary>The job of the request: the one that is there, or a new one. A file that can't be scored becomes a failed job that says why; only what may pass is a failure here.</summary>
    public async Task<Outcome<JobRow>> InsertAsync(BatchRequest request, CancellationToken cancellation)
    {
        JobId id = JobId.Of(request);
        if (await jobs.FindAsync(id, cancellation) is { } known)
            return known;
        Outcome<Pins> pins = await PinAsync(request, cancellation);
        if (pins.Failure?.Kind == FailureKind.Unavailable)
            return pins.As<JobRow>();
        if (!pins.Ok)
            return await InsertFailedAsync(request, Explained(request, pins.Failure), cancellation);
        JobRow job = New(request);
        (job.Version, job.Suite) = (pins.Value.Version, pins.Value.Suite);
        return await jobs.InsertAsync(job, cancellation);
    }

    /// <summary>The job of the request: the one that is there, or a new one that has failed.</summary>
    public Task<JobRow> InsertFailedAsync(BatchRequest request, Failure failure, CancellationToken cancellation)
    {
        JobRow job = New(request);
        job.Fail(failure, job.Created);
        return jobs.InsertAsync(job, cancellation);
    }

    /// <summary>The version and the suite that the request comes to now.</summary>
    internal async Task<Outcome<Pins>> PinAsync(BatchRequest request, CancellationToken cancellation)
    {
        Outcome<ModelName> name = ModelName.Parse(request.Model);
        Outcome<ModelVersion?> asked = request.Version is null ? (ModelVersion?)null : ModelVersion.Parse(request.Version).Map(v => (ModelVersion?)v);
        if (!name.Ok || asked.Failure is not null)
            return (name.Failure ?? asked.Failure)!;
        Outcome<ResolvedModel> model = await models.ResolveAsync(name.Value, asked.Value, cancellation);
        if (!model.Ok)
            return model.As<Pins>();
        string version = model.Value.Version.ToString();
        if (request.Suite is not null)
        {
            Outcome<SuiteReference> reference = SuiteReference.OfLineage(name.Value, request.Suite);
            return (await reference.ThenAsync(r => suites.ReadAsync(r, cancellation))).Map(stored => new Pins(version, $"{reference.Value!.Suite}/{stored.Version}"));
        }

        Outcome<VersionSuite?> bound = await bindings.FindAsync(new VersionReference(name.Value, model.Value.Version), cancellation);
        return bound.Failure is { } failure ? failure : new Pins(version, bound.Value is { } suite ? $"{suite.Reference.Suite}/{suite.Reference.Version}" : null);
    }

    private JobRow New(BatchRequest request)
    {
        JobId id = JobId.Of(request);
        return new JobRow
        {
            RowKey = JobRow.Key(id),
            Id = id.ToString(),
            Model = request.Model,
            Source = request.Source,
            Request = JsonSerializer.Serialize(request, BatchJson.Default.BatchRequest),
            Created = time.GetUtcNow(),
            Callback = request.Callback is null ? null : Callbacks.Pending,
        };
    }

    private static Failure Explained(BatchRequest request, Failure failure) => request.Container != StorageNames.Containers.Incoming ? failure : failure with
    {
        Detail = $"{failure.Detail} Files are dropped as incoming/{{model}}/{{file}}; once the model can answer, POST /api/batches with {{\"blob\": \"{request.Source}\"}} scores this one.",
    };

    /// <summary>A version, and <c>name/version</c> of its suite.</summary>
    internal sealed record Pins(string Version, string? Suite);
}
