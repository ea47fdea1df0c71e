using System.Collections.Concurrent;
using Tidemark.BatchScoring.Jobs;
using Tidemark.BatchScoring.Planning;
using Tidemark.Platform.Errors;
using Tidemark.Registry;
using Tidemark.Validation.Store;
using Tidemark.Validation.Suites;

namespace Tidemark.BatchScoring.Scoring;

/// <summary>What the shards of one job have in common.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Model">The pinned version.</param>
/// <param name="Gate">Judges rows by the pinned suite; null when there is none.</param>
internal sealed record JobContext(BatchPlan Plan, ResolvedModel Model, SuiteGate? Gate);

/// <summary>Contexts of the jobs that this host works on, read once each: plans never change.</summary>
public sealed class JobContexts(PlanStore plans, ModelDirectory models, SuiteStore suites)
{
    private const int MostKept = 16;

    private readonly ConcurrentDictionary<string, (BatchPlan Plan, SuiteGate? Gate)> kept = new(StringComparer.Ordinal);

    internal async Task<Outcome<JobContext>> FindAsync(JobId job, CancellationToken cancellation)
    {
        if (!kept.TryGetValue(job.ToString(), out var known))
        {
            BatchPlan plan = await plans.ReadAsync(job, cancellation);
            Outcome<SuiteGate?> gate = await GateAsync(plan, cancellation);
            if (!gate.Ok)
                return gate.Failure!;
            if (kept.Count >= MostKept)
                kept.Clear();
            kept[job.ToString()] = known = (plan, gate.Value);
        }

        VersionReference version = VersionReference.Parse(known.Plan.Model, known.Plan.Version).Value;
        return (await models.ResolveAsync(version.Model, version.Version, cancellation)).Map(model => new JobContext(known.Plan, model, known.Gate));
    }

    private async Task<Outcome<SuiteGate?>> GateAsync(BatchPlan plan, CancellationToken cancellation)
    {
        if (plan.Suite is null)
            return (SuiteGate?)null;
        Outcome<StoredSuite> suite = await SuiteReference.OfLineage(ModelName.Parse(plan.Model).Value, plan.Suite).ThenAsync(s => suites.ReadAsync(s, cancellation));
        return suite.Map<SuiteGate?>(stored => new SuiteGate(stored.Suite));
    }
}
