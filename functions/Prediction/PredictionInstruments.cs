using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Tidemark.Prediction;

/// <summary>Metrics of the prediction routes (meter <c>Tidemark.Prediction</c>).</summary>
internal sealed class PredictionInstruments
{
    public const string MeterName = "Tidemark.Prediction";

    private readonly Counter<long> requests;
    private readonly Counter<long> rows;
    private readonly Histogram<double> duration;
    private readonly Counter<long> loaded;
    private readonly Counter<long> evicted;
    private readonly Counter<long> failed;
    private readonly Counter<long> stale;

    public PredictionInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        requests = meter.CreateCounter<long>("tidemark.prediction.requests", "{request}", "Requests to a prediction route by model and outcome");
        rows = meter.CreateCounter<long>("tidemark.prediction.rows", "{row}", "Rows scored by model");
        duration = meter.CreateHistogram<double>("tidemark.prediction.duration", "s", "Time from the bound request to the written answer", advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
        });
        loaded = meter.CreateCounter<long>("tidemark.prediction.models.loaded", "{model}", "Model versions loaded into memory");
        evicted = meter.CreateCounter<long>("tidemark.prediction.models.evicted", "{model}", "Model versions dropped from memory to make room");
        failed = meter.CreateCounter<long>("tidemark.prediction.models.failed", "{model}", "Model versions that could not be loaded");
        stale = meter.CreateCounter<long>("tidemark.prediction.stale", "{request}", "Answers of a last good model while the registry or the new champion is not usable");
    }

    /// <summary>A request is over. <paramref name="model"/> is a name that the registry knows, or <c>unknown</c>, so that callers cannot make series.</summary>
    public void Request(string model, string outcome, long start, long scored)
    {
        var name = new KeyValuePair<string, object?>("model", model);
        if (requests.Enabled) requests.Add(1, name, new("outcome", outcome));
        if (duration.Enabled) duration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds, name);
        if (scored > 0 && rows.Enabled) rows.Add(scored, name);
    }

    public void Stale(string model) => stale.Add(1, new KeyValuePair<string, object?>("model", model));

    public void Loaded(string model) => loaded.Add(1, new KeyValuePair<string, object?>("model", model));

    public void Evicted(string model) => evicted.Add(1, new KeyValuePair<string, object?>("model", model));

    public void Failed(string model) => failed.Add(1, new KeyValuePair<string, object?>("model", model));
}
