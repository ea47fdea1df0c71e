using Tidemark.Retraining.Contract;

namespace Tidemark.Retraining.Evaluation;

/// <summary>The metrics by which models are compared.</summary>
internal static class Metrics
{
    /// <summary>A rarer class makes accuracy alone blind to it.</summary>
    public const double RareShare = 0.2;

    private static readonly string[] OfClasses = ["rocAuc", "prAuc", "logLoss", "brier", "f1", "recall", "precision", "accuracy"];
    private static readonly string[] OfNumbers = ["rmse", "mae", "r2"];

    public static IEnumerable<string> Names => OfClasses.Concat(OfNumbers);

    public static bool Known(string metric) => Names.Contains(metric);

    public static bool Fits(string metric, TrainingTask task) => (task == TrainingTask.Regression ? OfNumbers : OfClasses).Contains(metric);

    /// <summary>Whether less is better; improvements of these are shares, of the others differences.</summary>
    public static bool IsError(string metric) => metric is "logLoss" or "brier" or "rmse" or "mae";

    public static string Default(TrainingTask task, double rarestShare) => task switch
    {
        TrainingTask.Regression => "rmse",
        TrainingTask.Binary => rarestShare < RareShare ? "prAuc" : "rocAuc",
        _ => rarestShare < RareShare ? "f1" : "rocAuc",
    };

    /// <summary>Above 0 the challenger is better; null where one of them has no figure.</summary>
    public static double? Improvement(string metric, double? reference, double? challenger)
    {
        if (reference is not { } before || challenger is not { } after) return null;
        if (!IsError(metric)) return after - before;
        return before > 0 ? (before - after) / before : after == before ? 0 : -1;
    }
}
