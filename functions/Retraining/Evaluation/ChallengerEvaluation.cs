using Tidemark.Platform.Errors;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Data;
using Tidemark.Retraining.Verification;

namespace Tidemark.Retraining.Evaluation;

/// <summary>Has champion and challenger answer the same frozen hold-out in ONNX Runtime and compares them: our own evaluation, never the trainer's word.</summary>
public static class ChallengerEvaluation
{
    /// <param name="spec">The challenger's run.</param>
    /// <param name="data">Its frozen data.</param>
    /// <param name="challenger">The challenger's model.onnx.</param>
    /// <param name="champion">The champion's model.onnx; null where no version is champion.</param>
    /// <param name="policy">What will be judged.</param>
    /// <param name="time">For the time of predictions.</param>
    /// <returns>The evidence. That the champion can't answer these rows is part of it; that the challenger can't is a failure (<see cref="FailureKind.Unprocessable"/>).</returns>
    public static async Task<Outcome<ChallengerEvidence>> RunAsync(
        RunSpec spec, RunData data, byte[] challenger, byte[]? champion, GatePolicy policy, TimeProvider time, CancellationToken cancellation)
    {
        if (policy.Metric is { } asked && !Metrics.Fits(asked, spec.Task)) return new Failure(FailureKind.Unprocessable, "Metric of another task", $"gates.metric is '{asked}', which does not judge a {spec.Task} task.");
        var read = await HoldOut.ReadAsync(spec, data, cancellation);
        if (!read.Ok) return read.As<ChallengerEvidence>();
        var holdOut = read.Value;
        var scored = await ScoredModel.ScoreAsync(challenger, spec, holdOut, time, cancellation);
        if (!scored.Ok) return scored.As<ChallengerEvidence>();
        var other = champion is null ? NoChampion : await ScoredModel.ScoreAsync(champion, spec, holdOut, time, cancellation);
        if (other is { Ok: false, Failure.Kind: not (FailureKind.Unprocessable or FailureKind.NotFound) }) return other.As<ChallengerEvidence>();
        var parts = await SegmentsAsync(spec, holdOut, policy, cancellation);
        return parts.Map(segments => Compare(spec, holdOut, scored.Value, other, segments, policy));
    }

    private static Outcome<ScoredModel> NoChampion { get; } = new Failure(FailureKind.NotFound, "No champion", "No version is champion yet.");

    private static ChallengerEvidence Compare(RunSpec spec, HoldOut holdOut, ScoredModel challenger, Outcome<ScoredModel> champion, Segment[] segments, GatePolicy policy)
    {
        var rows = new HeldOutRows(spec.Task, holdOut.Classes, holdOut.Targets, holdOut.ClassNames?.Length ?? 1);
        var reference = champion.Ok ? champion.Value.Scores : ModelScores.Constant(holdOut.Baseline(), rows.Count);
        string metric = policy.Metric ?? Metrics.Default(spec.Task, rows.RarestShare);
        Segment[] judged = [.. segments.Where(s => (policy.Segments ?? spec.Sensitive).Contains(s.Column))];
        return new()
        {
            Task = spec.Task,
            Rows = rows.Count,
            RarestShare = rows.RarestShare,
            Metric = metric,
            Challenger = Of(rows, challenger, policy),
            Champion = champion.Ok ? Of(rows, champion.Value, policy) : null,
            Absence = champion.Ok ? null : new(champion.Failure.Kind != FailureKind.NotFound, champion.Failure.Detail),
            Overall = Evidence.Overall(metric, rows, reference, challenger.Scores, policy),
            Segments = Evidence.Segments(metric, rows, reference, challenger.Scores, judged, policy),
            Groups = [.. spec.Sensitive.Select(column => Evidence.Groups(column, rows, challenger.Scores, champion.Value?.Scores, [.. segments.Where(s => s.Column == column)])).OfType<GroupDifference>()],
        };
    }

    private static ModelEvidence Of(HeldOutRows rows, ScoredModel model, GatePolicy policy) => new(
        Evidence.Measure(rows, model.Scores), rows.Task == TrainingTask.Regression ? null : CalibrationNoise.Of(rows, model.Scores, policy.Seed), model.Milliseconds, model.Bytes, model.Kind);

    /// <summary>Of every column that is judged by segments or groups.</summary>
    private static async Task<Outcome<Segment[]>> SegmentsAsync(RunSpec spec, HoldOut rows, GatePolicy policy, CancellationToken cancellation)
    {
        List<Segment> segments = [];
        foreach (string column in (policy.Segments ?? []).Concat(spec.Sensitive).Distinct(StringComparer.Ordinal))
        {
            var cells = await rows.CellsAsync(column, cancellation);
            if (!cells.Ok) return cells.As<Segment[]>();
            bool numeric = spec.Features.Any(f => f.Name == column && f.Type == FeatureType.Numeric);
            segments.AddRange(Segmenting.Of(column, cells.Value, numeric, policy.MinSegmentRows));
        }

        return segments.ToArray();
    }
}
