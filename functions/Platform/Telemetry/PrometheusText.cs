using System.Globalization;
using System.Text;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Tidemark.Platform.Telemetry;

/// <summary>
/// Prometheus text exposition format 0.0.4, with names as OpenTelemetry's Prometheus compatibility page gives them: characters outside
/// <c>[a-zA-Z0-9_:]</c> become <c>_</c>, the unit is spelled out and appended, counters end in <c>_total</c>, the meter is the label <c>otel_scope_name</c>.
/// </summary>
internal static class PrometheusText
{
    public static string Write(IEnumerable<Metric> metrics)
    {
        var text = new StringBuilder();
        var families = metrics.Select(m => (Name: PrometheusName.Of(m), Metric: m)).GroupBy(m => m.Name, StringComparer.Ordinal);
        foreach (var family in families.OrderBy(f => f.Key, StringComparer.Ordinal))
        {
            Metric first = family.First().Metric;
            if (first.Description.Length > 0) text.Append("# HELP ").Append(family.Key).Append(' ').Append(Escape(first.Description, quotes: false)).Append('\n');
            text.Append("# TYPE ").Append(family.Key).Append(' ').Append(Kind(first.MetricType)).Append('\n');

            // One name has one type; what another meter measures under the same name with another type has no place in the format.
            foreach (var (_, metric) in family.Where(m => Kind(m.Metric.MetricType) == Kind(first.MetricType)))
                Points(text, family.Key, metric);
        }

        return text.ToString();
    }

    private static string Kind(MetricType type) => type switch
    {
        MetricType.Histogram or MetricType.ExponentialHistogram => "histogram",
        MetricType.LongSum or MetricType.DoubleSum => "counter",
        _ => "gauge",
    };

    private static void Points(StringBuilder text, string name, Metric metric)
    {
        foreach (ref readonly MetricPoint point in metric.GetMetricPoints())
        {
            string labels = Labels(metric.MeterName, point.Tags);
            switch (metric.MetricType)
            {
                case MetricType.Histogram: Histogram(text, name, labels, in point); break;
                case MetricType.LongSum or MetricType.LongSumNonMonotonic: Sample(text, name, labels, point.GetSumLong()); break;
                case MetricType.DoubleSum or MetricType.DoubleSumNonMonotonic: Sample(text, name, labels, point.GetSumDouble()); break;
                case MetricType.LongGauge: Sample(text, name, labels, point.GetGaugeLastValueLong()); break;
                case MetricType.DoubleGauge: Sample(text, name, labels, point.GetGaugeLastValueDouble()); break;
            }
        }
    }

    private static void Histogram(StringBuilder text, string name, string labels, in MetricPoint point)
    {
        long count = 0;
        foreach (HistogramBucket bucket in point.GetHistogramBuckets())
        {
            count += bucket.BucketCount;
            Sample(text, name + "_bucket", $"{labels},le=\"{Number(bucket.ExplicitBound)}\"", count);
        }

        Sample(text, name + "_sum", labels, point.GetHistogramSum());
        Sample(text, name + "_count", labels, point.GetHistogramCount());
    }

    private static void Sample(StringBuilder text, string name, string labels, double value) =>
        text.Append(name).Append('{').Append(labels).Append("} ").Append(Number(value)).Append('\n');

    private static string Labels(string meter, ReadOnlyTagCollection tags)
    {
        var labels = new StringBuilder("otel_scope_name=\"").Append(Escape(meter, quotes: true)).Append('"');
        foreach (var (key, value) in tags)
            labels.Append(',').Append(PrometheusName.Label(key)).Append("=\"").Append(Escape(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "", quotes: true)).Append('"');
        return labels.ToString();
    }

    private static string Escape(string text, bool quotes)
    {
        string escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
