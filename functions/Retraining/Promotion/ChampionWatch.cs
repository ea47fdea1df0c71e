using Tidemark.Platform.PredictionLog;
using Tidemark.Registry;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Datasets;
using Tidemark.Retraining.Orchestration;
using Tidemark.Retraining.Records;
using Tidemark.Retraining.Verification;

namespace Tidemark.Retraining.Promotion;

/// <summary>
/// Looks at a new champion beside the old one: whether the served file still answers as its trainer wrote down, traffic, latency, drift of the answers,
/// and quality on the labelled rows that it has answered.
/// </summary>
public sealed class ChampionWatch(RetrainingRecords records, StepStore steps, RegistryTable registry, ModelDirectory models, WatchData data)
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    public async Task<StepOutcome> LookAsync(RetrainingId id, int number, CancellationToken cancellation)
    {
        OpenRetraining open = await records.EnterAsync(id, RetrainingState.Watching, cancellation);
        Promoted promoted = (await steps.FindAsync<Promoted>(id, "promotion", cancellation))!;
        string? champion = (await registry.AliasAsync(id.Model, AliasName.Champion, cancellation))?.Version;
        if (champion != promoted.Version)
        {
            string moved = $"Version {champion} is champion by now: somebody has moved the alias, and nothing is left to watch.";
            await records.DecideAsync(id, Decision.Of("watch", true, moved, records.Now), cancellation);
            return StepOutcome.GoOn(moved);
        }

        List<WatchFinding> findings = await FindingsAsync(open, promoted, cancellation);
        WatchFinding[] broken = [.. findings.Where(f => f.Broken)];
        string sentence = string.Join(' ', (broken.Length > 0 ? broken : [.. findings]).Select(f => f.Sentence));
        var numbers = findings.SelectMany(f => f.Numbers).Append(("look", number)).ToArray();
        await records.DecideAsync(id, Decision.Of("watch", broken.Length == 0, sentence, records.Now, numbers), cancellation);
        return broken.Length == 0 ? StepOutcome.GoOn(sentence) : new(RetrainingState.RolledBack, sentence);
    }

    private async Task<List<WatchFinding>> FindingsAsync(OpenRetraining open, Promoted promoted, CancellationToken cancellation)
    {
        DateTimeOffset now = records.Now, from = promoted.At;
        RunSpec spec = open.Policy.Spec("datasets/any.csv", null).Value!;
        var policy = open.Policy.Watch;
        var file = await models.DownloadAsync(open.Model, ModelVersion.Parse(promoted.Version).Value, cancellation);
        if (!file.Ok) return [new("answers", file.Failure.Kind == Platform.Errors.FailureKind.DataLoss, $"The served file can't be read: {file.Failure.Detail}")];
        Candidate candidate = (await steps.FindAsync<Candidate>(open.Id, "candidate", cancellation))!;
        Answered mine = await data.Answers.ReadAsync(open.Model, promoted.Version!, from, now, cancellation);
        List<WatchFinding> findings =
        [
            await AnswersAsync(open.Id, file.Value, spec, cancellation),
            WatchFindings.Traffic(await data.RowsAsync(open.Model, from, now, cancellation), await data.RowsAsync(open.Model, from - Day, now - Day, cancellation), policy),
            WatchFindings.Shift(mine, await ExpectedAsync(open.Model, promoted.Version!, candidate, cancellation), policy),
        ];
        if (promoted.Previous is { } previous) findings.Add(WatchFindings.Latency(mine, await data.Answers.ReadAsync(open.Model, previous, from - Day, from, cancellation), policy));
        findings.Add(await QualityAsync(open, promoted, spec, file.Value, candidate, cancellation));
        return findings;
    }

    private async Task<WatchFinding> AnswersAsync(RetrainingId id, byte[] file, RunSpec spec, CancellationToken cancellation)
    {
        if (await steps.BytesAsync(id, RunFiles.Parity, cancellation) is not { } parity) return new("answers", false, "The run's parity rows are gone; the served file is not asked.");
        var loaded = ModelAnswers.Load(file, spec);
        if (!loaded.Ok) return new("answers", true, $"The served file does not load: {loaded.Failure.Detail}");
        using var model = loaded.Value;
        var same = ParityCheck.Run(model, parity, spec);
        return new("answers", !same.Ok, same.Ok ? "The served file answers as its trainer wrote down." : same.Failure.Detail);
    }

    /// <summary>Shares of the classes that the candidate answered on the hold-out; null for a regression.</summary>
    private async Task<IReadOnlyDictionary<string, double>?> ExpectedAsync(ModelName model, string version, Candidate candidate, CancellationToken cancellation)
    {
        var manifest = await models.ResolveAsync(model, ModelVersion.Parse(version).Value, cancellation);
        if (candidate.Test?.Confusion is not { } confusion || manifest.Value?.Manifest.ClassLabels is not { } classes || classes.Count != confusion.Length) return null;
        double rows = Math.Max(1, confusion.Sum(row => row.Sum()));
        return Enumerable.Range(0, classes.Count).ToDictionary(c => classes[c], c => confusion.Sum(row => row[c]) / rows, StringComparer.Ordinal);
    }

    private async Task<WatchFinding> QualityAsync(OpenRetraining open, Promoted promoted, RunSpec spec, byte[] file, Candidate candidate, CancellationToken cancellation)
    {
        string[] columns = [.. spec.Features.Select(f => f.Name)];
        var rows = (await data.Labels.ReadAsync(new LabelledRange(open.Model, columns, records.Now.AddDays(-open.Policy.Data.Days), records.Now, open.Policy.Data.MostRows, promoted.Version), cancellation)).Rows;
        var mine = ExampleLosses.Of(file, spec, columns, rows);
        if (!mine.Ok) return new("quality", true, $"The new champion does not answer logged rows: {mine.Failure.Detail}");
        if (promoted.Previous is { } previous && await models.DownloadAsync(open.Model, ModelVersion.Parse(previous).Value, cancellation) is { Ok: true } old && ExampleLosses.Of(old.Value, spec, columns, rows) is { Ok: true } theirs)
            return WatchFindings.Quality(mine.Value, theirs.Value, spec.IsClassification, open.Policy.Watch);
        return spec.IsClassification && candidate.Test is { Accuracy: { } accuracy } test
            ? WatchFindings.Quality(mine.Value, accuracy, test.Rows, open.Policy.Watch)
            : new("quality", false, "There is no old champion to compare with on labelled rows.");
    }
}

/// <summary>What the watch reads.</summary>
public sealed class WatchData(LiveAnswers answers, LabelledLog labels, LogStore log)
{
    public LiveAnswers Answers => answers;

    public LabelledLog Labels => labels;

    /// <summary>Rows of the whole hours that begin in a span of time, of all versions.</summary>
    public async Task<long> RowsAsync(ModelName model, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation)
    {
        long rows = 0;
        DateTimeOffset first = LogNames.HourOf(from).AddHours(1), end = LogNames.HourOf(to);
        if (first >= end) return 0;
        await foreach (StoredLogFile file in log.FilesAsync(new LogRange(model.ToString(), null, first, end), cancellation)) rows += file.Rows;
        return rows;
    }
}
