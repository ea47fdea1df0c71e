using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary><c>expect_column_mean_to_be_between</c>, <c>…_sum_…</c> and <c>…_stdev_…</c>: one pass, bounded memory.</summary>
internal sealed class MomentBetween(Arguments arguments, ResultFormat format, Moment moment) : ColumnAggregate(arguments, format)
{
    private readonly Bounds bounds = Bounds.Of(arguments);
    private readonly Moments moments = new();
    private Int128 wholeSum;
    private bool onlyWhole = true;

    protected override void Take(Column column, ReadOnlySpan<bool> considered)
    {
        onlyWhole &= column is IntegerColumn;
        if (column is RealColumn real && IsWhole)
        {
            moments.Add(real.Values);
            return;
        }

        for (int i = 0; i < considered.Length && Fault is null; i++)
        {
            if (!considered[i])
                continue;
            moments.Add(NumberAt(column, i));
            if (column is IntegerColumn whole)
                wholeSum += whole.Values[i];
        }
    }

    protected override Observation Observe()
    {
        object value = moment switch
        {
            Moment.Mean => moments.Mean(),
            Moment.StandardDeviation => moments.StandardDeviation(),
            _ when onlyWhole && wholeSum >= long.MinValue && wholeSum <= long.MaxValue => (long)wholeSum,
            _ => moments.Sum(),
        };
        return new Observation(value, InBounds(bounds, value));
    }
}

internal enum Moment
{
    Mean,
    Sum,
    StandardDeviation,
}

/// <summary><c>expect_column_min_to_be_between</c> and <c>…_max_…</c>: of numbers, texts or dates.</summary>
internal sealed class ExtremeBetween(Arguments arguments, ResultFormat format, int direction) : ColumnAggregate(arguments, format)
{
    private readonly Bounds bounds = Bounds.Of(arguments);
    private object? extreme;

    protected override void Take(Column column, ReadOnlySpan<bool> considered)
    {
        if (column is RealColumn { Count: > 0 } real && IsWhole)
            Consider(direction > 0 ? TensorPrimitives.Max<double>(real.Values) : TensorPrimitives.Min<double>(real.Values));
        else if (column is RealColumn or IntegerColumn)
            TakeNumbers(column, considered);
        else
            TakeCells(column, considered);
    }

    protected override Observation Observe() => new(extreme, InBounds(bounds, extreme));

    private void TakeNumbers(Column column, ReadOnlySpan<bool> considered)
    {
        int best = -1;
        for (int i = 0; i < considered.Length; i++)
        {
            if (considered[i] && (best < 0 || (NumberAt(column, i) - NumberAt(column, best)) * direction > 0))
                best = i;
        }

        if (best >= 0)
            Consider(column.Cell(best)!);
    }

    private void TakeCells(Column column, ReadOnlySpan<bool> considered)
    {
        for (int i = 0; i < considered.Length && Fault is null; i++)
        {
            if (considered[i])
                Consider(column.Cell(i)!);
        }
    }

    private void Consider(object value)
    {
        int? order = extreme is null ? direction : Values.Compare(value, extreme);
        if (order is null)
            Fail(Fault.Kind($"'{Name}' holds {PythonText.Of(value)} and {PythonText.Of(extreme)}, which have no order."));
        if (order * direction > 0)
            extreme = value;
    }
}

/// <summary><c>expect_column_median_to_be_between</c>; keeps 8 bytes per value.</summary>
internal sealed class MedianBetween(Arguments arguments, ResultFormat format) : SampleAggregate(arguments, format)
{
    private readonly Bounds bounds = Bounds.Of(arguments);

    protected override Observation Observe(ReadOnlySpan<double> sorted)
    {
        int half = sorted.Length / 2;
        double median = sorted.Length == 0 ? double.NaN : sorted.Length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        return new Observation(median, InBounds(bounds, median));
    }
}

/// <summary>
/// <c>expect_column_quantile_values_to_be_between</c>: quantiles by the nearest rank (of two equally near, the even one), as numpy's
/// method "nearest".
/// </summary>
internal sealed class QuantilesBetween : SampleAggregate
{
    private readonly IReadOnlyList<double> quantiles = [];
    private readonly List<(double? Low, double? High)> ranges = [];

    public QuantilesBetween(Arguments arguments, ResultFormat format)
        : base(arguments, format)
    {
        arguments.Ignore("allow_relative_error");
        var ranges = arguments.Node("quantile_ranges") as JsonObject;
        var inner = new Arguments("quantile_ranges", ranges ?? []);
        quantiles = inner.Numbers("quantiles") ?? [];
        foreach (JsonNode? range in inner.Node("value_ranges") as JsonArray ?? [])
            this.ranges.Add(range is JsonArray { Count: 2 } pair ? (Number(pair[0]), Number(pair[1])) : (double.NaN, double.NaN));
        if (ranges is null || inner.Fault is not null || quantiles.Any(q => q is < 0 or > 1))
            arguments.Refuse(inner.Fault ?? Fault.Value("quantile_ranges must hold quantiles, numbers from 0 to 1, and value_ranges"));
        if (this.ranges.Count != quantiles.Count || this.ranges.Any(r => double.IsNaN(r.Low ?? 0) || r.Low > r.High))
            arguments.Refuse(Fault.Value("quantile_ranges needs one pair [min, max] of value_ranges per quantile, min not above max"));
    }

    protected override Observation Observe(ReadOnlySpan<double> sorted)
    {
        var values = new double[quantiles.Count];
        for (int i = 0; i < values.Length; i++)
            values[i] = sorted.Length == 0 ? double.NaN : sorted[(int)Math.Round(quantiles[i] * (sorted.Length - 1), MidpointRounding.ToEven)];
        bool[] met = values.Select((value, i) => value >= (ranges[i].Low ?? double.NegativeInfinity) && value <= (ranges[i].High ?? double.PositiveInfinity)).ToArray();
        var observed = new JsonObject { ["quantiles"] = Values.ToJson(quantiles), ["values"] = Values.ToJson(values) };
        return new Observation(observed, met.All(m => m), new JsonObject { ["success_details"] = Values.ToJson(met) });
    }

    private static double? Number(JsonNode? node) => node is null ? null : Values.Number(node) ?? double.NaN;
}
