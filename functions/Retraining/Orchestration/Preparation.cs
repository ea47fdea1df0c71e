using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;
using Tidemark.Registry;
using Tidemark.Retraining.Compute;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Datasets;
using Tidemark.Retraining.Records;
using Tidemark.Validation;
using Tidemark.Validation.Store;
using Tidemark.Validation.Suites;

namespace Tidemark.Retraining.Orchestration;

/// <summary>Freezes the data, holds them to the suite, and writes the run that trainers claim.</summary>
public sealed class Preparation(RetrainingRecords records, DatasetFreezer datasets, StepStore steps, Validator validator, ModelDirectory models, TrainingRuns runs)
{
    public async Task<StepOutcome> FreezeAsync(RetrainingId id, CancellationToken cancellation)
    {
        OpenRetraining open = await records.EnterAsync(id, RetrainingState.Freezing, cancellation);
        Outcome<FrozenDataset> frozen = await datasets.FreezeAsync(open, cancellation);
        if (!frozen.Ok) return await EndAsync(id, "data", RetrainingState.Blocked, frozen.Failure.Detail, cancellation);
        FrozenDataset data = frozen.Value;
        string span = data.From is { } from ? $", answered from {from.UtcDateTime:yyyy-MM-dd HH:mm}Z to {data.To!.Value.UtcDateTime:yyyy-MM-dd HH:mm}Z" : "";
        return await GoOnAsync(
            id, Decision.Of("data", true, $"{data.Labelled} labelled rows of {data.Sources.Count} sources are frozen as {data.Blob}, SHA-256 {data.Sha256[..12]}…{span}.", records.Now,
                ("rows", data.Rows), ("labelled", data.Labelled), ("sources", data.Sources.Count), ("bytes", data.Bytes)), cancellation);
    }

    public async Task<StepOutcome> ValidateAsync(RetrainingId id, CancellationToken cancellation)
    {
        OpenRetraining open = await records.EnterAsync(id, RetrainingState.Validating, cancellation);
        var suite = await SuiteAsync(open, cancellation);
        if (!suite.Ok) return await EndAsync(id, "validation", RetrainingState.Blocked, suite.Failure.Detail, cancellation);
        if (suite.Value is not { } named) return await GoOnAsync(id, Decision.Of("validation", true, "Neither the policy nor the champion names a suite; nothing to hold the data to.", records.Now), cancellation);
        FrozenDataset data = (await datasets.FindAsync(id, cancellation))!;
        var result = await validator.ValidateAsync(new ValidationRequest(null, named, null, BlobReference.Parse(data.Blob).Value, null, new RunOptions()), profile: null, cancellation);
        if (!result.Ok) return await EndAsync(id, "validation", RetrainingState.Blocked, $"The data could not be held to the suite {named}: {result.Failure.Detail}", cancellation);
        var report = await steps.OnceAsync(id, "validation", () => Task.FromResult(result.Value.ToJson()), cancellation);
        ExpectationResult[] failed = [.. result.Value.Results.Where(r => !r.Success)];
        string told = failed.Length == 0 ? "" : " Not held: " + string.Join("; ", failed.Take(5).Select(r => $"{r.Expectation.Type}{(r.Expectation.Column is { } column ? $" of {column}" : "")} ({r.Expectation.Severity.ToString().ToLowerInvariant()})")) + ".";
        bool blocked = result.Value.Worst == Severity.Block;
        var decision = Decision.Of("validation", !blocked, $"{result.Value.Results.Count - failed.Length} of {result.Value.Results.Count} expectations of the suite {named} hold.{told}{(blocked ? $" The whole result is runs/{id}/flow/validation.json." : "")}", records.Now,
            ("expectations", result.Value.Results.Count), ("failed", failed.Length));
        return blocked ? await EndAsync(id, decision, RetrainingState.Blocked, cancellation) : await GoOnAsync(id, decision, cancellation);
    }

    public async Task<StepOutcome> OrderAsync(RetrainingId id, CancellationToken cancellation)
    {
        OpenRetraining open = await records.EnterAsync(id, RetrainingState.Training, cancellation);
        FrozenDataset data = (await datasets.FindAsync(id, cancellation))!;
        Outcome<RunSpec> spec = open.Policy.Spec(data.Blob, data.Sha256);
        var run = await spec.ThenAsync(s => runs.InsertAsync(TrainingRunId.Parse(id.ToString()).Value, id.Model, s, open.Row.Compute, cancellation));
        return run.Ok
            ? StepOutcome.GoOn($"The run {id} waits for {open.Row.Compute}.")
            : await EndAsync(id, "training", RetrainingState.Failed, run.Failure.Detail, cancellation);
    }

    /// <summary>The suite of the policy, else the one that the champion names; null where there is none.</summary>
    private async Task<Outcome<SuiteReference?>> SuiteAsync(OpenRetraining open, CancellationToken cancellation)
    {
        string? name = open.Policy.Suite;
        if (name is null && open.Row.Champion is { } champion)
        {
            var version = await models.ResolveAsync(open.Model, ModelVersion.Parse(champion).Value, cancellation);
            if (!version.Ok) return version.Failure;
            name = version.Value.Manifest.Lineage.GetValueOrDefault(SuiteBindings.LineageKey);
        }

        return name is null ? (SuiteReference?)null : SuiteReference.OfLineage(open.Model, name).Map(s => (SuiteReference?)s);
    }

    private async Task<StepOutcome> GoOnAsync(RetrainingId id, Decision decision, CancellationToken cancellation)
    {
        await records.DecideAsync(id, decision, cancellation);
        return StepOutcome.GoOn(decision.Sentence);
    }

    private Task<StepOutcome> EndAsync(RetrainingId id, string step, RetrainingState end, string why, CancellationToken cancellation) =>
        EndAsync(id, Decision.Of(step, false, why, records.Now), end, cancellation);

    private async Task<StepOutcome> EndAsync(RetrainingId id, Decision decision, RetrainingState end, CancellationToken cancellation)
    {
        await records.DecideAsync(id, decision, cancellation);
        return new(end, decision.Sentence);
    }
}
