using Tidemark.BatchScoring.Planning;
using Tidemark.Platform.Tabular.Readers;

namespace Tidemark.BatchScoring.Completing;

/// <summary>Where a job's results lie.</summary>
internal static class ResultBlobs
{
    private static string End(DataFormat format) => format == DataFormat.Csv ? "csv" : "jsonl";

    /// <summary>In container <c>results</c>.</summary>
    public static string Predictions(BatchPlan plan) => $"{plan.Job}/predictions.{End(plan.Format)}";

    /// <summary>In container <c>results</c>.</summary>
    public static string Manifest(string job) => $"{job}/manifest.json";

    /// <summary>In container <c>quarantine</c>.</summary>
    public static string Quarantine(BatchPlan plan) => Quarantine(plan.Job);

    /// <summary>In container <c>quarantine</c>.</summary>
    public static string Quarantine(string job) => $"{job}/rows.jsonl";
}
