using System.Text;
using Tidemark.BatchScoring.Planning;
using Tidemark.Platform.Errors;
using Tidemark.Prediction;
using Tidemark.Registry;

namespace Tidemark.BatchScoring.Scoring;

/// <summary>Loaded models, from the same cache that answers predictions.</summary>
public sealed class ModelSource
{
    private readonly SessionCache sessions;

    internal ModelSource(SessionCache sessions) => this.sessions = sessions;

    /// <summary>The columns that a version takes.</summary>
    internal async Task<Outcome<FeatureNames>> FeaturesAsync(ResolvedModel model, CancellationToken cancellation)
    {
        Outcome<ModelLease> lease = await AcquireAsync(model, cancellation);
        if (!lease.Ok)
            return lease.As<FeatureNames>();
        using ModelLease held = lease.Value;
        FrameLayout frame = held.Model.Frame;
        return new FeatureNames($"{model.Model}, version {model.Version},", frame.Width, [.. frame.Names.Select(Encoding.UTF8.GetString)]);
    }

    /// <summary>Holds a version in memory. Unavailable: it can't be loaded now.</summary>
    internal ValueTask<Outcome<ModelLease>> AcquireAsync(ResolvedModel model, CancellationToken cancellation) => sessions.AcquireAsync(model, champion: false, cancellation);
}
