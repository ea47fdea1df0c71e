using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Tidemark.Platform.Telemetry;

/// <summary>
/// The suite's metrics as Prometheus text. The OpenTelemetry SDK aggregates; this only collects when asked and formats, so that recording a
/// measurement costs what it costs the SDK and nothing more.
/// </summary>
public sealed class PrometheusMetrics : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly Lock gate = new();
    private readonly TextExporter exporter = new();

    public PrometheusMetrics(bool enabled)
    {
        Enabled = enabled;
        Reader = new BaseExportingMetricReader(exporter) { TemporalityPreference = MetricReaderTemporalityPreference.Cumulative };
    }

    public bool Enabled { get; }

    internal MetricReader Reader { get; }

    /// <summary>All metrics as they stand now.</summary>
    public string Text()
    {
        lock (gate)
        {
            Reader.Collect();
            return exporter.Text;
        }
    }

    public void Dispose() => Reader.Dispose();

    private sealed class TextExporter : BaseExporter<Metric>
    {
        public string Text { get; private set; } = "";

        public override ExportResult Export(in Batch<Metric> batch)
        {
            var metrics = new List<Metric>();
            foreach (var metric in batch) metrics.Add(metric);
            Text = PrometheusText.Write(metrics);
            return ExportResult.Success;
        }
    }
}
