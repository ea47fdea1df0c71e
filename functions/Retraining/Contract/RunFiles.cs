namespace Tidemark.Retraining.Contract;

/// <summary>Names of the files of a training run.</summary>
public static class RunFiles
{
    public const string Model = "model.onnx";
    public const string Metrics = "metrics.json";
    public const string Profile = "profile.json";
    public const string Parity = "parity.json";
    public const string Lineage = "lineage.json";
    public const string Manifest = "manifest.json";
    public const string Spec = "spec.json";
    public const string Checkpoint = "checkpoint";

    /// <summary>What a manifest lists, in the order in which the files are written.</summary>
    public static IReadOnlyList<string> Listed { get; } = [Model, Metrics, Profile, Parity, Lineage];
}
