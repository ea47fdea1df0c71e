using System.Text.Json.Nodes;
using MathNet.Numerics.Distributions;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// <c>expect_column_bootstrapped_ks_test_p_value_to_be_greater_than</c>: small samples drawn from the column are tested against the
/// partition read as a piecewise linear distribution function; the observed value is the share of samples that pass. Draws come
/// from a fixed seed, so that the same data has the same verdict.
/// </summary>
internal sealed class BootstrappedKs : SampleAggregate
{
    private const int Seed = 20170;
    private readonly Partition? partition;
    private readonly double p;
    private readonly int draws, size;

    public BootstrappedKs(Arguments arguments, ResultFormat format)
        : base(arguments, format)
    {
        partition = Partition.Of(arguments);
        p = arguments.Number("p") ?? 0.05;
        draws = (int)Math.Clamp(arguments.Whole("bootstrap_samples") ?? 1000, 1, 100_000);
        size = (int)Math.Clamp(arguments.Whole("bootstrap_sample_size") ?? (2 * (partition?.Weights.Length ?? 1)), 1, 10_000);
        if (partition is null || partition.Categories is not null)
            arguments.Refuse(Fault.Value("Invalid continuous partition object."));
        else if (double.IsInfinity(partition.Bins[0]) || double.IsInfinity(partition.Bins[^1]))
            arguments.Refuse(Fault.Value("Partition endpoints must be finite."));
        else if (partition.Tails?.Sum() > 0)
            arguments.Refuse(Fault.Value("Partition cannot have tail weights -- endpoints must be finite."));
    }

    protected override Observation Observe(ReadOnlySpan<double> sorted)
    {
        if (sorted.Length == 0)
            return new Observation(null, false);
        double[] cdf = Cumulated(partition!.Weights);
        double critical = CriticalDistance();
        var random = new Random(Seed);
        var drawn = new double[size];
        int passed = 0;
        for (int draw = 0; draw < draws; draw++)
        {
            for (int i = 0; i < size; i++)
                drawn[i] = sorted[random.Next(sorted.Length)];
            Array.Sort(drawn);
            passed += KolmogorovSmirnov.Distance(drawn, x => Interpolate(x, partition.Bins, cdf)) <= critical ? 1 : 0;
        }

        double share = (1.0 + passed) / (draws + 1);
        return new Observation(share, share > p, Details(sorted, cdf));
    }

    /// <summary>The distance whose p-value is p: found once by bisection instead of a p-value per draw.</summary>
    private double CriticalDistance()
    {
        (double low, double high) = (0, 1);
        for (int i = 0; i < 60; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = KolmogorovSmirnov.PValue(middle, size) >= p ? (middle, high) : (low, middle);
        }

        return low;
    }

    private static double[] Cumulated(double[] weights)
    {
        var cdf = new double[weights.Length + 1];
        for (int i = 0; i < weights.Length; i++)
            cdf[i + 1] = cdf[i] + weights[i];
        return cdf;
    }

    private static double Interpolate(double x, double[] bins, double[] cdf)
    {
        if (x <= bins[0] || x >= bins[^1])
            return x <= bins[0] ? cdf[0] : cdf[^1];
        int bin = Array.BinarySearch(bins, x);
        bin = bin < 0 ? ~bin - 1 : bin;
        return cdf[bin] + ((cdf[bin + 1] - cdf[bin]) * (x - bins[bin]) / (bins[bin + 1] - bins[bin]));
    }

    private JsonObject Details(ReadOnlySpan<double> sorted, double[] cdf)
    {
        double[] bins = partition!.Bins;
        double[] observed = new KlBins(partition, 0, 0).Observe(sorted);
        bool below = observed[0] > 0, above = observed[^1] > 0;
        double[] low = below ? [sorted[0]] : [], high = above ? [sorted[^1]] : [], edges = [.. low, .. bins, .. high];
        double[] weights = observed[(below ? 0 : 1)..(observed.Length - (above ? 0 : 1))];
        return new JsonObject
        {
            ["bootstrap_samples"] = draws,
            ["bootstrap_sample_size"] = size,
            ["observed_partition"] = new JsonObject { ["bins"] = Values.ToJson(edges), ["weights"] = Values.ToJson(weights) },
            ["expected_partition"] = new JsonObject { ["bins"] = Values.ToJson(bins), ["weights"] = Values.ToJson(partition.Weights) },
            ["observed_cdf"] = new JsonObject { ["x"] = Values.ToJson(edges), ["cdf_values"] = Values.ToJson(Cumulated(weights)) },
            ["expected_cdf"] = new JsonObject { ["x"] = Values.ToJson(bins), ["cdf_values"] = Values.ToJson(cdf) },
        };
    }
}

/// <summary>
/// <c>expect_column_parameterized_distribution_ks_test_p_value_to_be_greater_than</c>: the column against norm, beta, gamma, uniform,
/// chi2 or expon with the parameters given, by name or in scipy's order (shapes, loc, scale).
/// </summary>
internal sealed class ParameterizedKs : SampleAggregate
{
    private readonly double least;
    private readonly string distribution;
    private readonly Func<double, double> cdf = _ => double.NaN;
    private readonly double[] parameters = [];

    public ParameterizedKs(Arguments arguments, ResultFormat format)
        : base(arguments, format)
    {
        (distribution, least) = (arguments.Text("distribution"), arguments.Number("p_value") ?? 0.05);
        if (least is <= 0 or >= 1)
            arguments.Refuse(Fault.Value("p_value must be between 0 and 1 exclusive"));
        JsonNode? given = arguments.Node("params");
        double[]? read = given is JsonArray ? arguments.Numbers("params")?.ToArray() : ByName(new Arguments("params", given as JsonObject ?? []));
        if (read is not null && Cdf(read) is { } known)
            (parameters, cdf) = (read, known);
        else
            arguments.Refuse(Fault.Value($"'{distribution}' with params {given?.ToJsonString() ?? "null"} is no distribution known here: use norm, beta, gamma, uniform, chi2 or expon with parameters in their range."));
    }

    protected override Observation Observe(ReadOnlySpan<double> sorted)
    {
        if (sorted.Length == 0)
            return new Observation(null, false);
        double distance = KolmogorovSmirnov.Distance(sorted, cdf), p = KolmogorovSmirnov.PValue(distance, sorted.Length);
        var details = new JsonObject { ["expected_params"] = Values.ToJson(parameters), ["observed_ks_result"] = Values.ToJson(new[] { distance, p }) };
        return new Observation(p, p >= least, details);
    }

    private double[] ByName(Arguments named)
    {
        double Given(string name, double otherwise) => named.Number(name) ?? otherwise;
        double[] place = [Given("loc", 0), Given("scale", 1)];
        return distribution switch
        {
            "norm" => [Given("mean", place[0]), Given("std_dev", place[1])],
            "uniform" => [Given("min", place[0]), named.Has("max") ? Given("max", 1) - Given("min", 0) : place[1]],
            "beta" => [Given("alpha", double.NaN), Given("beta", double.NaN), .. place],
            "gamma" => [Given("alpha", double.NaN), .. place],
            "chi2" => [Given("df", double.NaN), .. place],
            _ => place,
        };
    }

    private Func<double, double>? Cdf(double[] given)
    {
        int shapes = distribution switch { "beta" => 2, "gamma" or "chi2" => 1, _ => 0 };
        double loc = given.ElementAtOrDefault(shapes), scale = given.Length > shapes + 1 ? given[shapes + 1] : 1;
        if (given.Length < shapes || given.Length > shapes + 2 || !(scale > 0) || given.Take(shapes).Any(shape => !(shape > 0)))
            return null;
        IContinuousDistribution? standard = distribution switch
        {
            "norm" => new Normal(0, 1, new Random(0)),
            "uniform" => new ContinuousUniform(0, 1, new Random(0)),
            "expon" => new Exponential(1, new Random(0)),
            "beta" => new Beta(given[0], given[1], new Random(0)),
            "gamma" => new Gamma(given[0], 1, new Random(0)),
            "chi2" => new ChiSquared(given[0], new Random(0)),
            _ => null,
        };
        return standard is null ? null : x => standard.CumulativeDistribution((x - loc) / scale);
    }
}
