using System.Text.Json;
using Tidemark.Feedback.Metrics;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Registry;
using Tidemark.Retraining.Compute;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Datasets;
using Tidemark.Retraining.Measures;
using Tidemark.Retraining.Orchestration;
using Tidemark.Retraining.Records;
using Tidemark.Retraining.Verification;

namespace Tidemark.Retraining.Promotion;

/// <summary>The version that a retraining made; step <c>candidate</c>.</summary>
/// <param name="Version">Null when the run was not trusted.</param>
/// <param name="Refusal">Why not.</param>
/// <param name="Test">Its figures on the hold-out, computed here.</param>
/// <param name="Kind">Which kind of model the trainer chose.</param>
/// <param name="ParityError">Largest difference of the served file's answers to the trainer's.</param>
public sealed record Candidate(string? Version, string? Refusal, MeasureSet? Test, string? Kind, double ParityError);

/// <summary>Holds a finished run to what it claims, and registers it with its lineage. The same run again finds the version that it became.</summary>
public sealed class CandidateRegistration(RetrainingRecords records, DatasetFreezer datasets, StepStore steps, TrainingRuns runs, Registration registration, ModelDirectory models)
{
    /// <summary>Names of figures as versions and quality checks have them.</summary>
    private static readonly Dictionary<string, string> MetricWords = new(StringComparer.Ordinal)
    {
        ["rocAuc"] = MetricNames.RocAuc,
        ["prAuc"] = MetricNames.PrAuc,
        ["logLoss"] = MetricNames.LogLoss,
        ["calibrationError"] = MetricNames.CalibrationError,
    };

    public async Task<StepOutcome> RegisterAsync(RetrainingId id, CancellationToken cancellation)
    {
        OpenRetraining open = await records.EnterAsync(id, RetrainingState.Verifying, cancellation);
        Candidate candidate = await steps.OnceAsync(id, "candidate", () => MakeAsync(open, cancellation), cancellation);
        bool passed = candidate.Version is not null;
        string sentence = passed
            ? $"The run is what it says (largest difference to the trainer's answers {candidate.ParityError:0.0e0}); its {candidate.Kind} model is version {candidate.Version}."
            : candidate.Refusal!;
        await records.DecideAsync(id, Decision.Of("candidate", passed, sentence, records.Now, [.. Figures(candidate.Test), ("parityError", candidate.ParityError)]), cancellation);
        await records.ChangeAsync(id, row => (row.Candidate, row.Candidate = candidate.Version).Item1 != candidate.Version, cancellation);
        return passed ? StepOutcome.GoOn(sentence) : new(RetrainingState.Failed, sentence);
    }

    private async Task<Candidate> MakeAsync(OpenRetraining open, CancellationToken cancellation)
    {
        TrainingRunId run = TrainingRunId.Parse(open.Id.ToString()).Value;
        FrozenDataset data = (await datasets.FindAsync(open.Id, cancellation))!;
        RunSpec spec = open.Policy.Spec(data.Blob, data.Sha256).Value!;
        var verified = await RunVerification.VerifyAsync(spec, await datasets.OpenAsync(data, cancellation), name => runs.FileAsync(run, name, cancellation), cancellation);
        if (!verified.Ok) return new(null, verified.Failure.Detail, null, null, 0);
        ModelMetadata metadata = await MetadataAsync(open, data, spec, verified.Value, run, cancellation);
        var registered = await registration.RegisterAsync(open.Model, ModelFile.Of(verified.Value.Model), metadata, Actor.Parse($"retraining {open.Id}").Value, cancellation);
        if (!registered.Ok && registered.Failure.Kind == FailureKind.Unavailable) throw new TimeoutException(registered.Failure.Detail);
        return registered.Ok
            ? new(registered.Value.Manifest.Version, null, verified.Value.Test, verified.Value.Candidate, verified.Value.ParityError)
            : new(null, registered.Failure.Detail, verified.Value.Test, verified.Value.Candidate, verified.Value.ParityError);
    }

    private async Task<ModelMetadata> MetadataAsync(OpenRetraining open, FrozenDataset data, RunSpec spec, VerifiedRun verified, TrainingRunId run, CancellationToken cancellation)
    {
        using var metrics = JsonDocument.Parse((await runs.FileAsync(run, RunFiles.Metrics, cancellation))!);
        using var origin = JsonDocument.Parse((await runs.FileAsync(run, RunFiles.Lineage, cancellation))!);
        var code = origin.RootElement.GetProperty("code");
        var lineage = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["retraining"] = open.Id.ToString(),
            ["dataset"] = data.Blob,
            ["dataset_sha256"] = data.Sha256,
            ["reference"] = data.Blob,
            ["seed"] = $"{spec.Seed}",
            ["trainer"] = $"{Text(code, "trainer")} {Text(code, "version")} {Text(code, "commit")}".TrimEnd(),
            ["trainer_digest"] = FileStamp.Of(JsonSerializer.SerializeToUtf8Bytes(new { code, libraries = origin.RootElement.GetProperty("libraries") })).Sha256,
            ["job"] = verified.Job,
            ["parameters"] = Settings(metrics.RootElement, verified.Candidate),
            ["policy"] = $"{open.Row.PolicyVersion}",
        };
        if (open.Row.Champion is { } parent)
        {
            lineage["parent"] = parent;
            var manifest = await models.ResolveAsync(open.Model, ModelVersion.Parse(parent).Value, cancellation);
            if (manifest.Ok && manifest.Value.Manifest.Lineage.TryGetValue("suite", out string? suite)) lineage["suite"] = suite;
        }

        return new ModelMetadata
        {
            Description = $"{verified.Candidate} model, retrained on {data.Labelled} labelled rows",
            CreatedBy = "retraining",
            Tags = new Dictionary<string, string> { ["trigger"] = open.Row.Trigger, ["candidate"] = verified.Candidate },
            Metrics = Figures(verified.Test).ToDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal),
            Lineage = lineage,
            ClassLabels = spec.IsClassification ? metrics.RootElement.GetProperty("classes").Deserialize<string[]>() : null,
        };
    }

    private static IEnumerable<(string Name, double Value)> Figures(MeasureSet? measures) =>
        measures is null ? [] : measures.Figures().Where(f => double.IsFinite(f.Value)).Select(f => (MetricWords.GetValueOrDefault(f.Name, f.Name), f.Value));

    private static string Settings(JsonElement metrics, string candidate) => metrics.GetProperty("candidates").EnumerateArray()
        .Where(c => c.GetProperty("name").GetString() == candidate).Select(c => c.GetProperty("settings").GetRawText()).FirstOrDefault("{}");

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
