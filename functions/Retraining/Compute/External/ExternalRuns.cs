using System.Text.Json;
using Microsoft.Extensions.Options;
using Tidemark.Platform.Errors;
using Tidemark.Retraining.Contract;

namespace Tidemark.Retraining.Compute.External;

/// <summary>Hands runs to a cluster outside and takes what it says. A message that comes twice finds the run as the first left it.</summary>
public sealed class ExternalRuns(TrainingRuns runs, RunLinks links, DeliveredFiles files, IOptions<ExternalOptions> options, RetrainingInstruments instruments, TimeProvider time)
{
    private const string Worker = "external";
    private const int MaxTries = 5;

    /// <summary>The spec, and links to data and files; the run is then running. Again: new links.</summary>
    public async Task<Outcome<ExternalWork>> TakeAsync(SignedRequest request, CancellationToken cancellation)
    {
        var changed = await ChangeAsync(request.Run, RunState.Running, "taken", manifest: null, cancellation);
        if (!changed.Ok) return changed.As<ExternalWork>();
        byte[] text = await runs.FileAsync(request.Run, RunFiles.Spec, cancellation) ?? throw new InvalidOperationException($"Run {request.Run} has no spec.");
        var spec = RunSpecReader.Read(text);
        if (!spec.Ok) return spec.As<ExternalWork>();
        var expires = time.GetUtcNow() + options.Value.LinkLifetime;
        var (data, uploads) = await links.MakeAsync(request.Run, spec.Value.Dataset.Blob, expires, cancellation);
        using var document = JsonDocument.Parse(text);
        return new ExternalWork(request.Run.ToString(), changed.Value.Model, document.RootElement.Clone(), data, uploads, expires);
    }

    public async Task<Outcome<ExternalState>> AnswerAsync(SignedRequest request, CancellationToken cancellation)
    {
        var read = ExternalAnswer.Read(request.Body);
        var outcome = await read.ThenAsync(answer => AnswerAsync(request.Run, answer, cancellation));
        if (!outcome.Ok) instruments.Answered("refused");
        return outcome.Map(run => new ExternalState(run.Id.ToString(), run.State, run.Detail));
    }

    private async Task<Outcome<TrainingRun>> AnswerAsync(TrainingRunId id, ExternalAnswer answer, CancellationToken cancellation)
    {
        var found = await FindAsync(id, cancellation);
        if (!found.Ok) return found;
        if (Repeated(found.Value, answer))
        {
            instruments.Answered("repeated");
            return found;
        }

        if (found.Value.Ended) return Over(found.Value);
        if (answer.Outcome == "succeeded" && await files.AcceptAsync(id, answer, cancellation) is { } refused) return refused;
        var changed = answer.Outcome switch
        {
            "succeeded" => await ChangeAsync(id, RunState.Succeeded, "whole", answer.Manifest, cancellation),
            "failed" => await ChangeAsync(id, RunState.Failed, answer.Detail!, manifest: null, cancellation),
            _ => await ChangeAsync(id, RunState.Running, answer.Line(), manifest: null, cancellation),
        };
        if (changed.Ok) instruments.Answered("taken");
        return changed;
    }

    private async Task<Outcome<TrainingRun>> ChangeAsync(TrainingRunId id, RunState state, string detail, string? manifest, CancellationToken cancellation)
    {
        for (int i = 0; i < MaxTries; i++)
        {
            var found = await FindAsync(id, cancellation);
            if (!found.Ok) return found;
            if (found.Value is var run && run.Ended) return run.State == state && run.Manifest == manifest && run.Detail == detail ? run : Over(run);
            var changed = await runs.TryChangeAsync(run, state, detail, cancellation, row =>
            {
                (row["Worker"], row["Heartbeat"], row["Attempt"]) = (Worker, time.GetUtcNow(), run.State == RunState.Pending ? run.Attempt + 1 : run.Attempt);
                if (manifest is not null) row["Manifest"] = manifest;
            });
            if (changed is not null) return changed;
        }

        return new Failure(FailureKind.Unavailable, "Too many changes at once", $"Others kept changing run '{id}'. Try again.") { RetryAfter = TimeSpan.FromSeconds(1) };
    }

    private async Task<Outcome<TrainingRun>> FindAsync(TrainingRunId id, CancellationToken cancellation) =>
        await runs.ReadAsync(id, cancellation) is { Partition: TrainingRuns.Answered } run
            ? run
            : new Failure(FailureKind.NotFound, "Unknown run", $"There is no training run '{id}' for an external cluster.");

    private static bool Repeated(TrainingRun run, ExternalAnswer answer) =>
        (answer.Outcome == "succeeded" && run.State == RunState.Succeeded && run.Manifest == answer.Manifest)
        || (answer.Outcome == "failed" && run.State == RunState.Failed && run.Detail == answer.Detail);

    private static Failure Over(TrainingRun run) => new(FailureKind.Conflict, "Run has ended", $"Training run '{run.Id}' has ended already: {run.State}{(run.Detail is { Length: > 0 } why ? $" ({why})" : "")}. Nothing was changed.");
}
