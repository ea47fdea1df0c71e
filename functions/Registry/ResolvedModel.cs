namespace Tidemark.Registry;

/// <summary>The version that answers for a model.</summary>
/// <param name="Stale">True when storage could not confirm it lately: this is the last good answer.</param>
public sealed record ResolvedModel(ModelName Model, ModelVersion Version, ModelManifest Manifest, bool Stale);
