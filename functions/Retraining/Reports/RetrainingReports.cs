using System.Text.Json;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Pages;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Datasets;
using Tidemark.Retraining.Promotion;
using Tidemark.Retraining.Records;

namespace Tidemark.Retraining.Reports;

/// <summary>What the page of a retraining shows.</summary>
/// <param name="Metrics">The trainer's <c>metrics.json</c>; null before the training has ended.</param>
public sealed record RetrainingReport(
    RetrainingView Retraining, FrozenDataset? Dataset, Judgement? Judgement, JsonElement? Metrics, StreamCurve? Stream);

/// <summary>Makes the page of a retraining of what its steps left.</summary>
public sealed class RetrainingReports(RetrainingRecords records, RetrainingBook book, DatasetFreezer datasets, StepStore steps, StreamQuality stream)
{
    public async Task<Outcome<PageAnswer>> PageAsync(string id, CancellationToken cancellation)
    {
        var view = await book.FindAsync(id, cancellation);
        if (!view.Ok) return view.Failure;
        RetrainingId parsed = RetrainingId.Parse(id).Value;
        OpenRetraining open = await records.EnterAsync(parsed, RetrainingState.Requested, cancellation);
        byte[]? metrics = await steps.BytesAsync(parsed, RunFiles.Metrics, cancellation);
        return new PageAnswer(RetrainingPageWriter.Render(new(
            view.Value, await datasets.FindAsync(parsed, cancellation), await steps.FindAsync<Judgement>(parsed, "judgement", cancellation),
            metrics is null ? null : JsonSerializer.Deserialize<JsonElement>(metrics), await stream.ReadAsync(open, records.Now, cancellation))));
    }
}
