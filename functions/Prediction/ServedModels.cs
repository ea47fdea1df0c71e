using Tidemark.Platform.Errors;
using Tidemark.Registry;

namespace Tidemark.Prediction;

/// <summary>The version that answers for a name: <see cref="ModelDirectory.ResolveAsync"/>.</summary>
internal delegate ValueTask<Outcome<ResolvedModel>> ResolveModel(ModelName model, ModelVersion? version, CancellationToken cancellation);

/// <summary>From the names in a route to the model that answers.</summary>
internal sealed class ServedModels(ResolveModel resolve, SessionCache sessions)
{
    /// <summary>The version meant by the names: the champion when none is given.</summary>
    public ValueTask<Outcome<ResolvedModel>> ResolveAsync(string model, string? version, CancellationToken cancellation)
    {
        var name = ModelName.Parse(model);
        if (!name.Ok) return new(name.Failure);
        if (version is null) return resolve(name.Value, null, cancellation);
        var number = ModelVersion.Parse(version);
        return number.Ok ? resolve(name.Value, number.Value, cancellation) : new(number.Failure);
    }

    /// <summary>That version, loaded and held.</summary>
    public async ValueTask<Outcome<ModelLease>> AcquireAsync(string model, string? version, CancellationToken cancellation)
    {
        var resolved = await ResolveAsync(model, version, cancellation);
        return resolved.Ok ? await sessions.AcquireAsync(resolved.Value, champion: version is null, cancellation) : resolved.Failure;
    }
}
