using System.Globalization;
using Tidemark.Feedback.Estimation;
using Tidemark.Feedback.Metrics;
using Tidemark.Platform.Alerts;

namespace Tidemark.Feedback.Quality;

/// <summary>Holds a version's window to the rules of the policy, to what was estimated, and to what estimates may be.</summary>
internal sealed class WindowJudgement(QualityPolicy policy, DateTimeOffset start, WindowQuality? before)
{
    private readonly List<QualityFinding> findings = [];

    public IReadOnlyList<QualityFinding> Findings => findings;

    /// <param name="version">The version in the window.</param>
    /// <param name="baseline">What a metric was when the version was new; null when nobody knows.</param>
    public void Judge(VersionQuality version, Func<string, MetricValue?> baseline)
    {
        foreach (QualityRule rule in policy.Rules)
        {
            if (version.Labelled >= policy.MinLabels && version.Realized?.Metrics.GetValueOrDefault(rule.Metric) is { Value: { } value } metric)
                Judge(version, rule, metric, value, rule.Drop is null ? null : baseline(rule.Metric));
        }

        foreach ((string metric, MetricEstimate estimate) in version.Estimates)
        {
            if (estimate is { Estimate: { } value } && value < estimate.LowerThreshold)
            {
                Add(QualityFinding.Estimated, version.Version, metric, AlertSeverity.Warning, $"{metric} of version {version.Version} is estimated at {Text(value)}",
                    $"Without labels {metric} is estimated at {Text(value)} (sampling error {Text(estimate.SamplingError)}); on reference data it stayed above {Text(estimate.LowerThreshold)}.");
            }
        }

        foreach ((string metric, QualityGap gap) in version.Gaps)
        {
            if (gap.IsAlarming && version.Labelled >= policy.MinLabels)
            {
                Add(QualityFinding.Gap, version.Version, metric, AlertSeverity.Critical, $"{metric} of version {version.Version} is not what its scores promise",
                    $"By its scores {metric} should be {Text(gap.Estimate)}, by the labels it is {Text(gap.Realized)}; chance explains a difference of {Text(gap.Allowed)}. "
                    + "The same scores have come to mean something else (concept drift), or labels come from a part of the rows only.");
            }
        }
    }

    private void Judge(VersionQuality version, QualityRule rule, MetricValue metric, double value, MetricValue? baseline)
    {
        if (rule.Drop is { } drop)
        {
            // Two per cent are within chance for few rows, and every window is a new chance: three standard errors, those of the baseline too.
            if (baseline?.Value is not { } from || value >= (1 - drop) * from || from - value <= 3 * Spread(metric, baseline))
                return;
            Add(version, rule, AlertSeverity.Critical, metric, $"more than {Text(drop * 100)} % under its baseline of {Text(from)}");
            return;
        }

        double bound = rule.Below ?? rule.Above!.Value;
        bool broken = rule.Above is null ? value < bound : value > bound;
        bool sure = rule.Above is null ? metric.High < bound : metric.Low > bound;
        if (broken && (sure || !rule.Certain))
            Add(version, rule, sure ? AlertSeverity.Critical : AlertSeverity.Warning, metric, $"{(rule.Above is null ? "below" : "above")} {Text(bound)}");
    }

    private static double Spread(MetricValue metric, MetricValue baseline) =>
        double.Hypot(metric.StandardError(EvaluationOptions.Default.Confidence), baseline.StandardError(EvaluationOptions.Default.Confidence));

    private void Add(VersionQuality version, QualityRule rule, AlertSeverity severity, MetricValue metric, string limit) => Add(
        QualityFinding.Rule, version.Version, rule.Metric, severity, $"{rule.Metric} of version {version.Version} is {limit}",
        $"{rule.Metric} is {Text(metric.Value)} ({Text(metric.Low)} to {Text(metric.High)}) by {version.Labelled} labels, {limit}.", rule.Action == QualityAction.Retrain);

    private void Add(string kind, string version, string subject, AlertSeverity severity, string title, string detail, bool retrain = false)
    {
        var finding = new QualityFinding(kind, version, subject, severity, title, detail, start, retrain);
        findings.Add(before?.Findings.FirstOrDefault(finding.Continues) is { } earlier ? finding with { Since = earlier.Since } : finding);
    }

    private static string Text(double? value) => value?.ToString("0.####", CultureInfo.InvariantCulture) ?? "unknown";
}
