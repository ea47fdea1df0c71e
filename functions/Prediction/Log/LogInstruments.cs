using System.Diagnostics.Metrics;

namespace Tidemark.Prediction.Log;

/// <summary>Metrics of the prediction log (meter <c>Tidemark.Prediction</c>).</summary>
internal sealed class LogInstruments
{
    private readonly Counter<long> stored;
    private readonly Counter<long> dropped;
    private readonly Counter<long> files;

    public LogInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(PredictionInstruments.MeterName);
        stored = meter.CreateCounter<long>("tidemark.prediction.log.rows", "{row}", "Rows stored in the prediction log by model");
        dropped = meter.CreateCounter<long>("tidemark.prediction.log.dropped", "{row}", "Rows that the prediction log had to drop, by model and reason: full, storage, policy, stopped");
        files = meter.CreateCounter<long>("tidemark.prediction.log.files", "{file}", "Files stored in the prediction log");
    }

    /// <summary>Adds nothing to the counters, but makes their series visible from the start, so that a drop is seen as one.</summary>
    public void Begin(string model)
    {
        Stored(model, 0, 0);
        Dropped(model, "full", 0);
    }

    public void Stored(string model, long rows, long count)
    {
        stored.Add(rows, new KeyValuePair<string, object?>("model", model));
        files.Add(count, new KeyValuePair<string, object?>("model", model));
    }

    public void Dropped(string model, string reason, long rows) => dropped.Add(rows, new("model", model), new("reason", reason));
}
