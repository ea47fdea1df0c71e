using System.Text.Json.Nodes;
using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// <c>expect_column_kl_divergence_to_be_less_than</c>: relative entropy Σ p·ln(p/q) of the observed p against the expected q. Weight can be
/// held out for the tails, for bins expected empty, and for values not expected; an infinite divergence is observed as null and fails.
/// </summary>
internal sealed class KlDivergence : ColumnAggregate
{
    private readonly Partition? given;
    private readonly double? threshold;
    private readonly double tailHoldout, internalHoldout;
    private readonly bool bucketize;
    private readonly ValueCounts counts = new();
    private readonly List<double> sample = [];

    public KlDivergence(Arguments arguments, ResultFormat format)
        : base(arguments, format)
    {
        given = Partition.Of(arguments);
        threshold = arguments.Number("threshold");
        (tailHoldout, internalHoldout) = (Share(arguments, "tail_weight_holdout"), Share(arguments, "internal_weight_holdout"));
        bucketize = arguments.Flag("bucketize_data", otherwise: true);
        arguments.Ignore("min_value", "max_value");
        if (threshold < 0)
            arguments.Refuse(Fault.Value("Threshold must be specified, greater than or equal to zero."));
        if (tailHoldout != 0 && given?.Tails is not null)
            arguments.Refuse(Fault.Value("tail_weight_holdout must be 0 when using tail_weights in partition object"));
        if (internalHoldout > 0 && given?.Categories is not null)
            arguments.Refuse(Fault.Value("Internal weight holdout cannot be used for discrete data."));
        if (given is { Categories: null } && !bucketize)
            arguments.Refuse(Fault.Value("A continuous partition object needs bucketize_data."));
        if (given is { Categories: null } && (double.IsInfinity(given.Bins[0]) || double.IsInfinity(given.Bins[^1])))
            RefuseTails(arguments, given);
    }

    private bool IsCategorical => given?.Categories is not null || (given is null && !bucketize);

    protected override void Take(Column column, ReadOnlySpan<bool> considered)
    {
        if (IsCategorical)
            counts.Add(column, considered, parseDates: false);
        for (int i = 0; i < considered.Length && !IsCategorical && Fault is null; i++)
        {
            if (considered[i])
                sample.Add(NumberAt(column, i));
        }
    }

    protected override Observation Observe()
    {
        if (Count == 0)
            return new Observation(null, false);
        return IsCategorical ? OfCategories() : OfBins();
    }

    private static double Share(Arguments arguments, string name)
    {
        double share = arguments.Number(name) ?? 0;
        if (share is not (>= 0 and <= 1))
            arguments.Refuse(Fault.Value($"{name} must be between zero and one."));
        return share;
    }

    private void RefuseTails(Arguments arguments, Partition partition)
    {
        if (partition.Tails is not null)
            arguments.Refuse(Fault.Value("There can be no tail weights for partitions with one or both endpoints at infinity"));
        if (tailHoldout > 0 && double.IsInfinity(partition.Bins[0]) && double.IsInfinity(partition.Bins[^1]))
            arguments.Refuse(Fault.Value("tail_weight_holdout cannot be used for partitions with infinite endpoints."));
    }

    private Observation OfCategories()
    {
        IReadOnlyList<ValueCounts.Counted> sorted = counts.Sorted();
        Partition expected = given ?? Partition.OfCounts(sorted, Count);
        var known = expected.Categories!.Select(ValueKey.Of).ToHashSet();
        List<object?> unexpected = sorted.Where(counted => !known.Contains(ValueKey.Of(counted.Value))).Select(counted => (object?)counted.Value).ToList();
        List<object?> values = [.. expected.Categories!, .. unexpected];
        double[] observed = values.Select(value => (double)counts.Of(value) / Count).ToArray();
        double kept = unexpected.Count > 0 ? 1 - tailHoldout : 1;
        double[] weights = [.. expected.Weights.Select(weight => weight * kept), .. unexpected.Select(_ => tailHoldout / unexpected.Count)];
        return Judge(observed, weights, Described("values", values, observed), Described("values", values, weights));
    }

    private Observation OfBins()
    {
        sample.Sort();
        ReadOnlySpan<double> sorted = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(sample);
        if ((given ?? Partition.OfSample(sorted)) is not { } partition)
        {
            Fail(Fault.Value($"The range of '{Name}' is not finite, so there are no bins for it: give a partition_object."));
            return default;
        }

        var bins = new KlBins(partition, tailHoldout, internalHoldout);
        (double[] observed, double[] expected) = (bins.Observe(sorted), bins.Expect());
        return Judge(observed, expected, bins.Describe(observed), bins.Describe(expected));
    }

    private Observation Judge(double[] observed, double[] expected, JsonObject observedPartition, JsonObject expectedPartition)
    {
        double divergence = RelativeEntropy(observed, expected);
        var details = new JsonObject { ["observed_partition"] = observedPartition, ["expected_partition"] = expectedPartition };
        return new Observation(double.IsFinite(divergence) ? divergence : null, threshold is null || divergence <= threshold, details);
    }

    private static JsonObject Described(string name, IReadOnlyList<object?> values, double[] weights) =>
        new() { [name] = Values.ToJson(values), ["weights"] = Values.ToJson(weights) };

    private static double RelativeEntropy(double[] p, double[] q)
    {
        double sumP = Moments.Sum(p), sumQ = Moments.Sum(q), entropy = 0;
        for (int i = 0; i < p.Length; i++)
        {
            if (p[i] > 0)
                entropy += q[i] > 0 ? p[i] / sumP * Math.Log(p[i] / sumP / (q[i] / sumQ)) : double.PositiveInfinity;
        }

        return entropy;
    }
}

/// <summary>A continuous partition with its two tails: the tails are the infinite outer bins where it has them.</summary>
internal sealed class KlBins(Partition partition, double tailHoldout, double internalHoldout)
{
    private readonly bool openLow = double.IsNegativeInfinity(partition.Bins[0]), openHigh = double.IsPositiveInfinity(partition.Bins[^1]);

    /// <summary>Lower tail, bins, upper tail.</summary>
    public double[] Expect()
    {
        double[] weights = Array.ConvertAll(partition.Weights, weight => weight * (1 - tailHoldout - internalHoldout));
        int empty = weights.Count(weight => weight == 0);
        if (internalHoldout > 0 && empty > 0)
            weights = Array.ConvertAll(weights, weight => weight == 0 ? internalHoldout / empty : weight);
        double share = openLow || openHigh ? tailHoldout : tailHoldout / 2;
        double[] below = openLow ? [] : [partition.Tails?[0] ?? share], above = openHigh ? [] : [partition.Tails?[1] ?? share];
        return [.. below, .. weights, .. above];
    }

    /// <summary>The same of a sorted sample, as shares of it.</summary>
    public double[] Observe(ReadOnlySpan<double> sorted)
    {
        int below = 0, above = 0, total = sorted.Length;
        foreach (double value in sorted)
        {
            below += value < partition.Bins[0] ? 1 : 0;
            above += value > partition.Bins[^1] ? 1 : 0;
        }

        long[] counts = Partition.Histogram(sorted, partition.Bins);
        long[] low = openLow ? [] : [below], high = openHigh ? [] : [above];
        return Array.ConvertAll<long, double>([.. low, .. counts, .. high], count => (double)count / total);
    }

    public JsonObject Describe(double[] weights) => new()
    {
        ["bins"] = Values.ToJson(partition.Bins.Where(double.IsFinite).ToArray()),
        ["weights"] = Values.ToJson(weights[1..^1]),
        ["tail_weights"] = Values.ToJson(new[] { weights[0], weights[^1] }),
    };
}
