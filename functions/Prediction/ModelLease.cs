namespace Tidemark.Prediction;

/// <summary>A loaded model held for one request: it is not unloaded before <see cref="Dispose"/>.</summary>
/// <param name="model">The model; acquired.</param>
/// <param name="stale">Whether the answer is of a last good model: the registry is not reachable, or the champion cannot be loaded.</param>
internal readonly struct ModelLease(LoadedModel model, bool stale) : IDisposable
{
    public LoadedModel Model { get; } = model;

    public bool Stale { get; } = stale;

    public void Dispose() => Model.Release();
}
