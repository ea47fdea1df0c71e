using System.Text.Json.Nodes;
using MathNet.Numerics;
using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// <c>expect_column_chisquare_test_p_value_to_be_greater_than</c>: Pearson's test of a categorical column against expected weights, with
/// <c>tail_weight_holdout</c> for values that were not expected. A value expected with weight zero and observed gives p = 0.
/// </summary>
internal sealed class ChiSquareTest : ColumnAggregate
{
    private readonly Partition? partition;
    private readonly double least, holdout;
    private readonly ValueCounts counts = new();

    public ChiSquareTest(Arguments arguments, ResultFormat format)
        : base(arguments, format)
    {
        partition = Partition.Of(arguments);
        (least, holdout) = (arguments.Number("p") ?? 0.05, arguments.Number("tail_weight_holdout") ?? 0);
        if (partition?.Categories is null)
            arguments.Refuse(Fault.Value("Invalid partition object: the chi-square test needs values and weights."));
        if (holdout is < 0 or >= 1)
            arguments.Refuse(Fault.Value("tail_weight_holdout must be between zero and one."));
    }

    protected override void Take(Column column, ReadOnlySpan<bool> considered) => counts.Add(column, considered, parseDates: false);

    protected override Observation Observe()
    {
        if (Count == 0)
            return new Observation(null, false);
        var known = partition!.Categories!.Select(ValueKey.Of).ToHashSet();
        List<object?> unexpected = counts.Sorted().Where(c => !known.Contains(ValueKey.Of(c.Value))).Select(c => (object?)c.Value).ToList();
        List<object?> values = [.. partition.Categories!, .. unexpected];
        double kept = unexpected.Count > 0 ? 1 - holdout : 1;
        double[] expected = [.. partition.Weights.Select(w => w * Count * kept), .. unexpected.Select(_ => Count * holdout / unexpected.Count)];
        double[] observed = values.Select(value => (double)counts.Of(value)).ToArray();
        double p = PValue(observed, expected);
        var details = new JsonObject { ["observed_partition"] = Described(values, observed), ["expected_partition"] = Described(values, expected) };
        return new Observation(p, p > least, details);
    }

    private static double PValue(double[] observed, double[] expected)
    {
        double statistic = 0;
        for (int i = 0; i < observed.Length; i++)
        {
            if (expected[i] == 0 && observed[i] == 0)
                continue;
            statistic += (observed[i] - expected[i]) * (observed[i] - expected[i]) / expected[i];
        }

        if (observed.Length < 2 || double.IsInfinity(statistic))
            return double.IsInfinity(statistic) ? 0 : 1;
        return SpecialFunctions.GammaUpperRegularized((observed.Length - 1) / 2.0, statistic / 2);
    }

    private static JsonObject Described(List<object?> values, double[] counts)
    {
        double total = counts.Sum();
        return new JsonObject { ["values"] = Values.ToJson(values), ["weights"] = Values.ToJson(counts.Select(count => count / total).ToArray()) };
    }
}
