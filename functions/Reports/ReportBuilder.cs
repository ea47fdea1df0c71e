using Tidemark.Drift.Checks;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Inference;
using Tidemark.Registry;

namespace Tidemark.Reports;

/// <summary>Puts a report together from what the checks stored.</summary>
public sealed class ReportBuilder(DriftReader drift, QualityReader quality, ModelDirectory directory, TimeProvider time)
{
    /// <summary>NotFound: the model has neither checks of this time nor a champion.</summary>
    public async Task<Outcome<ModelReport>> BuildAsync(ReportId id, CancellationToken cancellation)
    {
        IReadOnlyList<SeriesPoint> history = await drift.HistoryAsync(id, cancellation);
        Dictionary<string, long> rows = history.Where(p => p.Hour >= id.From).GroupBy(p => p.Version, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(p => p.Rows), StringComparer.Ordinal);
        string? most = rows.Count > 0 ? rows.MaxBy(r => r.Value).Key
            : history.Count > 0 ? history[^1].Version : null;
        ModelVersion? used = most is null ? null : ModelVersion.Parse(most).Value;
        Outcome<ResolvedModel> resolved = await directory.ResolveAsync(id.Model, used, cancellation);
        if (!resolved.Ok && used is null)
            return resolved.Failure;
        ModelVersion version = used ?? resolved.Value!.Version;
        DriftSection drifted = await drift.ReadAsync(id, version, history, cancellation);
        QualitySection judged = await quality.ReadAsync(id, version, resolved.Value?.Manifest, cancellation);
        return new ModelReport
        {
            Id = id.ToString(),
            Model = id.Model.ToString(),
            Version = version.ToString(),
            From = id.From,
            To = id.To,
            Created = time.GetUtcNow(),
            Verdict = Verdicts.Of(drifted, judged),
            Rows = rows,
            Drift = drifted,
            Quality = judged,
            Card = resolved.Value is { } model ? CardOf(model.Manifest) : null,
        };
    }

    private static ModelCard CardOf(ModelManifest manifest) => new(
        manifest.Sha256, manifest.Size, manifest.Created, manifest.CreatedBy, manifest.Description, manifest.Opset, [.. manifest.Inputs.Select(FactsOf)], [.. manifest.Outputs.Select(FactsOf)],
        manifest.ClassLabels, manifest.Metrics, manifest.Lineage, manifest.Tags);

    private static TensorFacts FactsOf(TensorSpec tensor) => new(tensor.Name, DataTypes.Word(tensor.Type), $"[{string.Join(", ", tensor.Shape)}]");
}
