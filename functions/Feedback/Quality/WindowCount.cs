using Tidemark.Feedback.Estimation;
using Tidemark.Feedback.Metrics;
using Tidemark.Platform.Errors;
using Tidemark.Registry;

namespace Tidemark.Feedback.Quality;

/// <summary>Counts a window: joins, evaluates per version and segment, estimates, judges. What it says follows from the log, the labels and the window before.</summary>
public sealed class WindowCount(WindowJoin join, VersionReference references, ModelDirectory models, TimeProvider clock)
{
    public async Task<WindowQuality> CountAsync(ModelName model, QualityPolicy policy, WindowSpan span, WindowQuality? before, CancellationToken cancellation)
    {
        WindowRows rows = await join.ReadAsync(model, policy, span.Start, span.End, cancellation);
        var known = new Dictionary<string, KnownVersion>(StringComparer.Ordinal);
        foreach (string version in rows.Versions)
        {
            ScoredRows? labelled = rows.Scored(version, withLabels: true);
            ReferenceRows reference = labelled is { Count: > 0 }
                ? await references.AddAsync(model, version, span.Start, labelled, policy.ReferenceRows, cancellation)
                : await references.ReadAsync(model, version, cancellation);
            known[version] = new(reference, await TrainedAsync(model, version, cancellation));
        }

        return WindowEvaluation.Of(policy, span, rows, known, before) with { Computed = clock.GetUtcNow() };
    }

    private async Task<IReadOnlyDictionary<string, double>> TrainedAsync(ModelName model, string version, CancellationToken cancellation)
    {
        Outcome<ModelVersion> name = ModelVersion.Parse(version);
        Outcome<ResolvedModel> resolved = await name.ThenAsync(v => models.ResolveAsync(model, v, cancellation).AsTask());
        return resolved.Ok ? resolved.Value.Manifest.Metrics : new Dictionary<string, double>();
    }
}

/// <summary>Finds a metric among the figures that came with a version.</summary>
internal static class Baseline
{
    private static readonly Dictionary<string, string[]> OtherNames = new(StringComparer.Ordinal)
    {
        [MetricNames.RocAuc] = ["rocauc", "auc", "holdoutauc", "testauc"],
        [MetricNames.Accuracy] = ["accuracy", "holdoutaccuracy", "testaccuracy"],
        [MetricNames.Recall] = ["recall", "holdoutrecall", "testrecall"],
    };

    public static double? Of(IReadOnlyDictionary<string, double> trained, string metric)
    {
        string[] names = OtherNames.GetValueOrDefault(metric) ?? [Plain(metric)];
        foreach (string name in names)
        {
            foreach ((string key, double value) in trained)
            {
                if (Plain(key) == name)
                    return value;
            }
        }

        return null;
    }

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
}
