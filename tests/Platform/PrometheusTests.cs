using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using Tidemark.Platform.Telemetry;
using Xunit;

namespace Tidemark.Tests.Platform;

public sealed class PrometheusTests : IDisposable
{
    private readonly Meter meter = new("Tidemark.Test" + Guid.NewGuid().ToString("N"));
    private readonly PrometheusMetrics metrics = new(enabled: true);
    private readonly MeterProvider provider;

    public PrometheusTests() => provider = Sdk.CreateMeterProviderBuilder().AddMeter("Tidemark.*").AddReader(metrics.Reader).Build();

    public void Dispose()
    {
        provider.Dispose();
        metrics.Dispose();
        meter.Dispose();
    }

    [Fact]
    public void Counters_end_in_total_and_keep_counting_from_scrape_to_scrape()
    {
        var counter = meter.CreateCounter<long>("tidemark.test.requests", "{request}", "Requests, by \\ outcome");
        counter.Add(2, new KeyValuePair<string, object?>("outcome", "ok"));
        Assert.Contains("tidemark_test_requests_total{S,outcome=\"ok\"} 2\n", Text(), StringComparison.Ordinal);

        counter.Add(3, new KeyValuePair<string, object?>("outcome", "ok"));
        string text = Text();

        Assert.Contains("# HELP tidemark_test_requests_total Requests, by \\\\ outcome\n# TYPE tidemark_test_requests_total counter\n", text, StringComparison.Ordinal);
        Assert.Contains("tidemark_test_requests_total{S,outcome=\"ok\"} 5\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Up_down_counters_and_gauges_are_gauges()
    {
        meter.CreateUpDownCounter<long>("tidemark.test.sessions").Add(-3);
        meter.CreateObservableGauge("tidemark.test.fill", () => 0.25, "1");
        meter.CreateObservableGauge("tidemark.test.odd", () => double.NegativeInfinity);

        string text = Text();

        Assert.Contains("# TYPE tidemark_test_sessions gauge\ntidemark_test_sessions{S} -3\n", text, StringComparison.Ordinal);
        Assert.Contains("tidemark_test_fill_ratio{S} 0.25\n", text, StringComparison.Ordinal);
        Assert.Contains("tidemark_test_odd{S} -Inf\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Histograms_have_cumulative_buckets_up_to_infinity()
    {
        var histogram = meter.CreateHistogram("tidemark.test.duration", "s", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (double value in new[] { 0.05, 0.1, 0.5, 7 }) histogram.Record(value);

        Assert.Contains(
            """
            # TYPE tidemark_test_duration_seconds histogram
            tidemark_test_duration_seconds_bucket{S,le="0.1"} 2
            tidemark_test_duration_seconds_bucket{S,le="1"} 3
            tidemark_test_duration_seconds_bucket{S,le="+Inf"} 4
            tidemark_test_duration_seconds_sum{S} 7.65
            tidemark_test_duration_seconds_count{S} 4

            """,
            Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void Label_values_are_escaped_and_names_made_fit()
    {
        meter.CreateCounter<double>("tidemark.test-odd/name", "By").Add(1.5, new KeyValuePair<string, object?>("9.lives", "a\"b\\c\nd"));

        Assert.Contains("tidemark_test_odd_name_bytes_total{S,_9_lives=\"a\\\"b\\\\c\\nd\"} 1.5\n", Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        var counter = meter.CreateCounter<long>("tidemark.test.hot");
        var tag = new KeyValuePair<string, object?>("model", "heart");
        for (int i = 0; i < 100; i++) counter.Add(1, tag);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) counter.Add(1, tag);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>What a scrape gets, with the label of this test's meter written as S.</summary>
    private string Text() => metrics.Text().Replace($"otel_scope_name=\"{meter.Name}\"", "S", StringComparison.Ordinal);
}
