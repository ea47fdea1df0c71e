using Tidemark.Platform.Errors;

namespace Tidemark.Registry;

/// <summary>
/// Looks at what a new version's lineage names before it is kept: returns it with every name made as exact as it must be (a suite gets the version
/// that is current now), or the failure for which the version can't be registered.
/// </summary>
public delegate Task<Outcome<IReadOnlyDictionary<string, string>>> PinLineage(ModelName model, IReadOnlyDictionary<string, string> lineage, CancellationToken cancellation);

internal static class Lineage
{
    /// <summary>Takes the lineage as it was said.</summary>
    public static Task<Outcome<IReadOnlyDictionary<string, string>>> AsSaidAsync(ModelName model, IReadOnlyDictionary<string, string> lineage, CancellationToken cancellation) =>
        Task.FromResult<Outcome<IReadOnlyDictionary<string, string>>>(new Dictionary<string, string>(lineage));

    /// <summary>The metadata with its lineage pinned.</summary>
    public static async Task<Outcome<ModelMetadata>> PinnedAsync(this PinLineage pin, ModelName model, ModelMetadata metadata, CancellationToken cancellation) => metadata.Lineage is { } said
        ? (await pin(model, said, cancellation)).Map(lineage => metadata with { Lineage = lineage })
        : metadata;
}
