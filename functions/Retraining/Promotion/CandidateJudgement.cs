using Tidemark.Registry;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Datasets;
using Tidemark.Retraining.Evaluation;
using Tidemark.Retraining.Orchestration;
using Tidemark.Retraining.Records;

namespace Tidemark.Retraining.Promotion;

/// <summary>What the gates saw and said; step <c>judgement</c>.</summary>
/// <param name="Evidence">Null when the candidate could not be evaluated.</param>
/// <param name="Refusal">Why not.</param>
public sealed record Judgement(ChallengerEvidence? Evidence, GateReport? Report, string? Refusal);

/// <summary>Holds candidate and champion to the same frozen hold-out, and the candidate to the gates.</summary>
public sealed class CandidateJudgement(RetrainingRecords records, DatasetFreezer datasets, StepStore steps, RegistryTable registry, ModelDirectory models, TimeProvider clock)
{
    /// <summary>The kind of model that knows the class shares, or the mean, and nothing else.</summary>
    private const string Baseline = "baseline";

    public async Task<StepOutcome> JudgeAsync(RetrainingId id, CancellationToken cancellation)
    {
        OpenRetraining open = await records.EnterAsync(id, RetrainingState.Evaluating, cancellation);
        Candidate candidate = (await steps.FindAsync<Candidate>(id, "candidate", cancellation))!;
        SeenChampion champion = await steps.OnceAsync(id, "champion", () => ChampionAsync(id.Model, cancellation), cancellation);
        if (champion.Version == candidate.Version)
        {
            string same = $"Training came to the very model that serves: version {champion.Version}.";
            await records.DecideAsync(id, Decision.Of("gates", false, same, records.Now), cancellation);
            return new(RetrainingState.Unchanged, same);
        }

        Judgement judgement = await steps.OnceAsync(id, "judgement", () => EvaluateAsync(open, candidate, champion, cancellation), cancellation);
        bool skill = candidate.Kind != Baseline, passed = skill && judgement.Report is { Passed: true };
        string sentence = skill ? judgement.Report?.Sentence ?? judgement.Refusal!
            : "Training found nothing that predicts better than the baseline, which answers all rows alike: look at the labels and the features.";
        await records.DecideAsync(id, Decision.Of("gates", passed, sentence, records.Now, [.. Numbers(judgement)]), cancellation);
        return passed ? StepOutcome.GoOn(sentence) : new(RetrainingState.Refused, sentence);
    }

    private async Task<SeenChampion> ChampionAsync(ModelName model, CancellationToken cancellation) =>
        await registry.AliasAsync(model, AliasName.Champion, cancellation) is { } alias ? new(alias.Version, alias.Tag) : new(null, null);

    private async Task<Judgement> EvaluateAsync(OpenRetraining open, Candidate candidate, SeenChampion champion, CancellationToken cancellation)
    {
        FrozenDataset data = (await datasets.FindAsync(open.Id, cancellation))!;
        RunSpec spec = open.Policy.Spec(data.Blob, data.Sha256).Value!;
        byte[] challenger = await FileAsync(open.Model, candidate.Version!, cancellation);
        byte[]? serving = champion.Version is { } version ? await FileAsync(open.Model, version, cancellation) : null;
        var evidence = await ChallengerEvaluation.RunAsync(spec, await datasets.OpenAsync(data, cancellation), challenger, serving, open.Policy.Gates, clock, cancellation);
        return evidence.Ok ? new(evidence.Value, Gates.Judge(open.Policy.Gates, evidence.Value), null) : new(null, null, evidence.Failure.Detail);
    }

    /// <summary>What can't be read now is tried again with the step.</summary>
    private async Task<byte[]> FileAsync(ModelName model, string version, CancellationToken cancellation)
    {
        var file = await models.DownloadAsync(model, ModelVersion.Parse(version).Value, cancellation);
        return file.Ok ? file.Value : throw new TimeoutException($"Version {version} can't be read: {file.Failure.Detail}");
    }

    private static IEnumerable<(string Name, double Value)> Numbers(Judgement judgement)
    {
        foreach (GateResult gate in judgement.Report?.Gates ?? [])
        {
            if (gate.Number is { } number) yield return (gate.Gate, number);
        }

        if (judgement.Evidence is not { } evidence) yield break;
        yield return ("holdOutRows", evidence.Rows);
        if (evidence.Overall.Challenger is { } mine) yield return ($"candidate.{evidence.Metric}", mine);
        if (evidence.Overall.Reference is { } theirs) yield return ($"{(evidence.Champion is null ? "baseline" : "champion")}.{evidence.Metric}", theirs);
        if (evidence.Challenger.Measures.Accuracy is { } accuracy) yield return ("candidate.accuracyOnHoldOut", accuracy);
        if (evidence.Champion?.Measures.Accuracy is { } before) yield return ("champion.accuracyOnHoldOut", before);
    }
}
