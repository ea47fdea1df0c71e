using Tidemark.Feedback.Estimation;
using Tidemark.Feedback.Metrics;
using Tidemark.Platform.Errors;

namespace Tidemark.Feedback.Quality;

/// <summary>What is known of a version from before a window.</summary>
/// <param name="Reference">Its first labelled rows.</param>
/// <param name="Trained">The figures that came with it.</param>
internal sealed record KnownVersion(ReferenceRows Reference, IReadOnlyDictionary<string, double> Trained)
{
    /// <summary>What a metric was when the version was new: as the policy says, as training said, or as the first labelled rows say.</summary>
    public MetricValue? BaselineOf(string metric, QualityPolicy policy) =>
        policy.Baseline.TryGetValue(metric, out double given) ? new(given) : Baseline.Of(Trained, metric) is { } trained ? new(trained) : Reference.Baseline(metric);
}

/// <summary>Evaluates the rows of a window, estimates what they would be worth, and judges both.</summary>
internal static class WindowEvaluation
{
    /// <param name="policy">How the model is watched.</param>
    /// <param name="span">The window.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="known">What is known of the versions in it.</param>
    /// <param name="before">The window before it; null for the first.</param>
    public static WindowQuality Of(QualityPolicy policy, WindowSpan span, WindowRows rows, IReadOnlyDictionary<string, KnownVersion> known, WindowQuality? before)
    {
        var judgement = new WindowJudgement(policy, span.Start, before);
        var versions = new List<VersionQuality>();
        string? problem = null;
        foreach (string version in rows.Versions)
        {
            JoinedRow[] labelled = [.. rows.Labelled.Where(row => row.Version == version && row.Error is not null)];
            Outcome<EvaluationAnswer?> realized = labelled.Length == 0 ? (EvaluationAnswer?)null : Evaluate(rows.Columns!, labelled, null).Map(answer => (EvaluationAnswer?)answer);
            problem ??= realized.Failure?.Detail;
            VersionQuality quality = Estimated(policy, span, rows, version, labelled.Length, realized.Value, known[version].Reference);
            judgement.Judge(quality, metric => known[version].BaselineOf(metric, policy));
            versions.Add(quality);
        }

        var window = new WindowQuality
        {
            Start = span.Start,
            Hours = span.Hours,
            Computed = span.End,
            Rows = rows.Logged,
            Labelled = rows.Labelled.Count,
            Unreadable = rows.Unreadable,
            Problem = problem,
            Versions = versions,
            Segments = problem is null ? Segments(policy, rows) : [],
            Findings = judgement.Findings,
            Errors = rows.Labelled.Where(row => row.Error is not null).GroupBy(row => row.Version).ToDictionary(group => group.Key, group => group.Select(row => row.Error!.Value).ToArray()),
        };
        return ErrorStream.Watch(window, before, policy);
    }

    private static Outcome<EvaluationAnswer> Evaluate(LogColumns columns, IReadOnlyList<JoinedRow> rows, int? segment)
    {
        bool binary = columns.Task == QualityTask.Binary;
        return Evaluation.Of(new EvaluationRequest(columns.Task, [.. rows.Select(row => row.Label!)])
        {
            Predictions = [.. rows.Select(row => row.Prediction)],
            Scores = binary && columns.Scores.Count == 1 ? [.. rows.Select(row => row.Scores[0])] : null,
            ClassScores = columns.Task == QualityTask.Multiclass && columns.Scores.Count > 1 ? [.. rows.Select(row => row.Scores)] : null,
            Classes = columns.Task == QualityTask.Multiclass && columns.Classes.Count > 0 ? [.. columns.Classes] : null,
            Positive = binary ? columns.Positive : null,
            Groups = segment is { } place ? [.. rows.Select(row => row.Segments[place])] : null,
        });
    }

    private static Dictionary<string, IReadOnlyList<GroupQuality>> Segments(QualityPolicy policy, WindowRows rows)
    {
        var segments = new Dictionary<string, IReadOnlyList<GroupQuality>>(StringComparer.Ordinal);
        JoinedRow[] labelled = [.. rows.Labelled.Where(row => row.Error is not null)];
        for (int i = 0; i < policy.Segments.Count && labelled.Length > 0; i++)
            segments[policy.Segments[i]] = Evaluate(rows.Columns!, labelled, i).Value?.Groups ?? [];
        return segments;
    }

    private static VersionQuality Estimated(
        QualityPolicy policy, WindowSpan span, WindowRows rows, string version, int labelled, EvaluationAnswer? realized, ReferenceRows reference)
    {
        var estimates = new Dictionary<string, MetricEstimate>(StringComparer.Ordinal);
        var gaps = new Dictionary<string, QualityGap>(StringComparer.Ordinal);
        var quality = new VersionQuality(version, labelled, realized, estimates, gaps);
        if (rows.Scored(version, withLabels: false) is not { } all || all.Count < policy.MinLabels || reference.Estimator(span.Start) is not { } estimator)
            return quality;
        ScoredRows known = rows.Scored(version, withLabels: true)!;
        foreach (string metric in policy.Estimates)
        {
            string? name = all.Classes > 2 ? EstimatedMetric.NameOfClasses(metric) : metric;
            if (all.Classes == estimator.Classes && estimator.Estimate(metric, all) is { } estimate)
                estimates[name ?? metric] = estimate;
            if (known.Count > 0 && known.Classes == estimator.Classes && name is not null && estimator.Estimate(metric, known) is { Estimate: { } promised, SamplingError: { } error }
                && realized?.Metrics.GetValueOrDefault(name) is { Value: { } value } measured)
                gaps[name] = new(promised, value, promised - value, Math.Max(policy.MinGap, 3 * double.Hypot(measured.StandardError(realized.Confidence), error)));
        }

        return quality;
    }
}
