using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Measures;

namespace Tidemark.Retraining.Evaluation;

/// <summary>Makes the evidence from answers; plain arithmetic.</summary>
internal static class Evidence
{
    private const int LeastPositives = 10;

    /// <param name="reference">The champion's answers, or the baseline's.</param>
    /// <param name="metric">What is compared.</param>
    public static Comparison Overall(string metric, HeldOutRows rows, ModelScores reference, ModelScores challenger, GatePolicy policy) =>
        PairedBootstrap.Compare(metric, rows, reference, challenger, policy, policy.Confidence);

    /// <summary>Each segment by itself; the intervals are widened by Bonferroni, so that many segments do not make a false alarm.</summary>
    public static List<SegmentComparison> Segments(string metric, HeldOutRows rows, ModelScores reference, ModelScores challenger, IReadOnlyList<Segment> segments, GatePolicy policy)
    {
        double confidence = 1 - ((1 - policy.Confidence) / Math.Max(1, segments.Count));
        return [.. segments.Select(segment =>
        {
            var only = rows.Only(segment.Rows);
            var (before, after) = (reference.Only(segment.Rows, rows.Width), challenger.Only(segment.Rows, rows.Width));
            var compared = PairedBootstrap.Compare(metric, only, before, after, policy, confidence);
            if (compared.Low is not null || rows.Task == TrainingTask.Regression) return new SegmentComparison(segment.Column, segment.Value, only.Count, metric, compared);
            return new SegmentComparison(segment.Column, segment.Value, only.Count, "logLoss", PairedBootstrap.Compare("logLoss", only, before, after, policy, confidence));
        })];
    }

    /// <summary>How far a measure is apart among the groups of a column; null where fewer than two groups have enough rows.</summary>
    public static GroupDifference? Groups(string column, HeldOutRows rows, ModelScores challenger, ModelScores? champion, IReadOnlyList<Segment> groups)
    {
        string measure = rows.Task switch { TrainingTask.Binary => "recall", TrainingTask.Regression => "mae", _ => "accuracy" };
        Segment[] judged = [.. groups.Where(g => measure != "recall" || g.Rows.Count(r => rows.Classes[r] == 1) >= LeastPositives)];
        if (judged.Length < 2) return null;
        var values = judged.ToDictionary(g => g.Value, g => Of(measure, rows, challenger, g), StringComparer.Ordinal);
        return new(column, measure, Spread(values.Values), champion is null ? null : Spread(judged.Select(g => Of(measure, rows, champion, g))), values);
    }

    public static MeasureSet Measure(HeldOutRows rows, ModelScores model) => rows.Task == TrainingTask.Regression
        ? Measuring.Regression(rows.Targets, model.Scores)
        : Measuring.Classification(rows.Classes, model.Scores, rows.Width, model.Threshold);

    private static double Of(string measure, HeldOutRows rows, ModelScores model, Segment group)
    {
        var measured = Measure(rows.Only(group.Rows), model.Only(group.Rows, rows.Width));
        if (measure != "mae") return (measure == "recall" ? measured.Recall : measured.Accuracy)!.Value;
        double overall = Measure(rows, model).Mae!.Value;
        return overall > 0 ? measured.Mae!.Value / overall : 1;
    }

    private static double Spread(IEnumerable<double> values) => values.Max() - values.Min();
}
