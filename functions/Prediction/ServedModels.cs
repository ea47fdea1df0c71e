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

    /// <summary>That version, loaded and held. Completes at once when it is in memory.</summary>
    public ValueTask<Outcome<ModelLease>> AcquireAsync(string model, string? version, CancellationToken cancellation)
    {
        var resolving = ResolveAsync(model, version, cancellation);
        return resolving.IsCompletedSuccessfully
            ? HoldAsync(resolving.Result, version, cancellation)
            : ResolveAndHoldAsync(resolving, version, cancellation);
    }

    private async ValueTask<Outcome<ModelLease>> ResolveAndHoldAsync(ValueTask<Outcome<ResolvedModel>> resolving, string? version, CancellationToken cancellation) =>
        await HoldAsync(await resolving, version, cancellation);

    private ValueTask<Outcome<ModelLease>> HoldAsync(Outcome<ResolvedModel> resolved, string? version, CancellationToken cancellation) =>
        resolved.Ok ? sessions.AcquireAsync(resolved.Value, champion: version is null, cancellation) : new(resolved.Failure);
}
