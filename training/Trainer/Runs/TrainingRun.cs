using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tidemark.Platform.Errors;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Data;
using Tidemark.Trainer.Artefacts;
using Tidemark.Trainer.Data;
using Tidemark.Trainer.Linear;
using Tidemark.Trainer.Trees;

namespace Tidemark.Trainer.Runs;

/// <summary>What validation settled for the model chosen.</summary>
internal sealed record Tuned(double Temperature, double Threshold);

/// <summary>One run: split, hygiene, candidates, the choice, one look at test, artefacts, the manifest last.</summary>
/// <param name="spec">What to train.</param>
/// <param name="dataPath">The file of rows.</param>
/// <param name="folder">Where the artefacts go.</param>
/// <param name="threads">Threads to use.</param>
internal sealed class TrainingRun(RunSpec spec, string dataPath, RunFolder folder, int threads, Progress progress, TimeProvider clock)
{
    private static readonly string[] Known = [Baseline.Name, "linear", "additive", TreesCandidate.Name];
    private readonly DateTimeOffset started = clock.GetUtcNow();

    /// <summary>Null when the run is whole, or why it can't be.</summary>
    /// <exception cref="OperationCanceledException">Stopped; the checkpoint is written.</exception>
    public async Task<Failure?> RunAsync(CancellationToken stop)
    {
        var source = Stamp();
        if (!source.Ok) return source.Failure;
        string job = Job(source.Value);
        folder.Clear();
        var checkpoints = Checkpoints.Open(folder.Checkpoint, job, () => progress.Elapsed);
        progress.Started(job, threads, checkpoints.Resumptions > 0);
        progress.Step("read", 0, 1);
        var data = await Dataset.ReadAsync(spec, RunData.OfFile(dataPath), stop);
        if (!data.Ok) return data.Failure;
        if (Imbalance(data.Value.Labels) is { } imbalance) return imbalance;
        var dropped = Hygiene.Apply(data.Value, spec.MaxCategories);
        if (!dropped.Ok) return dropped.Failure;
        progress.Step("read", 1, 1);
        var problem = new Problem(spec, data.Value.Labels.ClassNames, data.Value.Training.Classes);
        var work = new Work(problem, threads, spec.Budget.Trials, checkpoints, progress, clock, stop) { Deadline = spec.Budget.Seconds };
        var resampling = new Resampling(data.Value);
        var fitted = await FitAsync(data.Value, resampling, work);
        if (!fitted.Ok) return fitted.Failure;
        stop.ThrowIfCancellationRequested();
        Finish(data.Value, resampling, work, fitted.Value, dropped.Value, source.Value, job);
        return null;
    }

    private async Task<Outcome<List<Fitted>>> FitAsync(Dataset data, Resampling resampling, Work work)
    {
        string[] asked = [.. Known.Where(name => spec.Candidates is null || name is "baseline" or "linear" || spec.Candidates.Contains(name))];
        List<Fitted> fitted = [];
        for (int k = 0; k < asked.Length; k++)
        {
            var share = work with { Deadline = spec.Budget.Seconds * (k + 1) / asked.Length };
            switch (asked[k])
            {
                case Baseline.Name:
                    fitted.Add(Baseline.Fit(resampling, work.Problem));
                    break;
                case TreesCandidate.Name:
                    var trees = await TreesCandidate.FitAsync(data, resampling, spec.MaxCategories, share);
                    if (!trees.Ok) return trees.As<List<Fitted>>();
                    fitted.Add(trees.Value);
                    break;
                case var name:
                    fitted.Add(LinearCandidate.Fit(name, name == "additive", resampling, data.Ids, spec.MaxCategories, share));
                    break;
            }
        }

        return fitted;
    }

    private void Finish(Dataset data, Resampling resampling, Work work, List<Fitted> fitted, IReadOnlyList<DroppedColumn> dropped, FileStamp source, string job)
    {
        var problem = work.Problem;
        var (choice, all) = Choice.Make(fitted, problem, resampling.Validation, spec.Tolerance);
        var chosen = choice.Chosen.Fitted;
        double temperature = Calibration.Fit(chosen, problem, resampling.Validation);
        var validation = Answers.From(problem, chosen.Outputs, temperature, resampling.Validation);
        double threshold = problem.Task != TrainingTask.Binary ? 0.5 : spec.FixedThreshold is { } given ? (float)given : validation.BestThreshold();
        var tuned = new Tuned(temperature, threshold);
        var test = Answers.From(problem, chosen.Model.Score(data.Test), temperature, data.Test);

        folder.Write(RunFiles.Model, ModelFile.Write(data, problem, chosen, temperature, threshold));
        string[] skipped = [.. (spec.Candidates ?? []).Except(Known)];
        folder.WriteJson(RunFiles.Metrics, MetricsFile.Write(spec, data, problem, all, choice, tuned, validation, test, dropped, [.. Hygiene.Warnings(data)], skipped));
        folder.WriteJson(RunFiles.Profile, ProfileFile.Write(data, problem, spec.Label.Column, validation));
        folder.WriteJson(RunFiles.Parity, ParityFile.Write(data, problem, chosen.Model, temperature, threshold));
        folder.WriteJson(RunFiles.Lineage, LineageFile.Write(spec, job, source, data, work, started));
        folder.Seal(job);
        work.Checkpoints.Delete();
        progress.Done(chosen.Name, test.Measure(threshold).Figures().ToDictionary(f => f.Name, f => f.Value));
    }

    private Outcome<FileStamp> Stamp()
    {
        try
        {
            using var file = File.OpenRead(dataPath);
            var stamp = new FileStamp(Convert.ToHexStringLower(SHA256.HashData(file)), file.Length);
            return spec.Dataset.Sha256 is { } expected && expected != stamp.Sha256
                ? new Failure(FailureKind.Unprocessable, "Other data", $"The data hash to {stamp.Sha256}, the spec says {expected}: this is not the file that the run was asked for.")
                : stamp;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return new Failure(FailureKind.NotFound, "No data", $"'{spec.Dataset.Path ?? spec.Dataset.Blob}' can't be opened: name a file that is there and readable.");
        }
    }

    /// <summary>What a checkpoint belongs to. The number of threads is no part: results do not depend on it here.</summary>
    private string Job(FileStamp source) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        JsonSerializer.Serialize(spec with { Output = null, Dataset = new(Sha256: source.Sha256) }, RunSpecReader.Json) + LineageFile.Code)));

    private Failure? Imbalance(LabelledRows labels)
    {
        if (labels.ClassNames is not { } names || spec.Headline is not ["accuracy"]) return null;
        var rarest = Enumerable.Range(0, names.Length).Select(c => (Class: c, Rows: labels.Classes.Count(k => k == c))).MinBy(c => c.Rows);
        double share = rarest.Rows / (double)labels.Count;
        return share >= 0.2 ? null : new Failure(FailureKind.Unprocessable, "Accuracy alone misleads",
            $"The class '{names[rarest.Class]}' has {100 * share:0.#} % of the rows, so a model that never answers it has {100 * (1 - share):0.#} % accuracy. Name another metric beside it, such as prAuc or f1.");
    }
}
