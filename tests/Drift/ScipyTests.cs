using System.Globalization;
using System.Text.Json;
using Tidemark.Drift.Statistics;
using Xunit;
using TestResult = Tidemark.Drift.Statistics.TestResult;

namespace Tidemark.Tests.Drift;

/// <summary>Every statistic against scipy and numpy: answers in <c>scipy_reference.jsonl</c>, written by <c>scipy_reference.py</c>, which says how to make more.</summary>
public sealed class ScipyTests(ITestOutputHelper output)
{
    private const double StatisticTolerance = 1e-9;
    private const double ProbabilityTolerance = 1e-6;

    /// <summary>Of Cramér-von Mises, which scipy takes as 1 - P: below this its digits are lost. Other probabilities are held to their digits down to 1e-200.</summary>
    private const double LeastDifference = 1e-8;

    private readonly Dictionary<string, (int Count, double Statistic, double Probability)> worst = new(StringComparer.Ordinal);

    [Fact]
    public void Statistics_agree_with_scipy_to_1e_9_and_probabilities_to_1e_6()
    {
        string file = Environment.GetEnvironmentVariable("TIDEMARK_SCIPY_ANSWERS") ?? Path.Combine(Repository.Root, "tests/Drift/scipy_reference.jsonl");
        int cases = 0;
        foreach (string line in File.ReadLines(file))
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement answers = document.RootElement.GetProperty("answers");
            string at = line[..line.IndexOf(",\"answers\"", StringComparison.Ordinal)];
            if (document.RootElement.TryGetProperty("shape", out _))
                Numbers(document.RootElement, answers, at);
            else
                Categories(document.RootElement, answers, at);
            cases++;
        }

        Assert.True(cases >= 240);
        foreach ((string name, (int count, double statistic, double probability)) in worst.OrderBy(w => w.Key, StringComparer.Ordinal))
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-12} {count,6} answers, largest relative error: statistic {statistic:0.0e+0}, p {probability:0.0e+0}"));
    }

    private void Numbers(JsonElement sample, JsonElement answers, string at)
    {
        (double[] x, double[] y) = ReferenceSamples.Numbers(sample);
        double squares = x.Sum(v => (v - x.Average()) * (v - x.Average()));
        (double mean, double otherMean) = (x.Average(), y.Average());
        double otherSquares = y.Sum(v => (v - otherMean) * (v - otherMean)), deviation = Math.Sqrt(squares / x.Length);
        FloatSort.Ascending(x, new double[x.Length]);
        FloatSort.Ascending(y, new double[y.Length]);
        TiedValues tied = TiedValues.Of(x, y);
        Check("ks", KolmogorovSmirnov.Test(x, y), answers, at);
        Check("ks", KolmogorovSmirnov.Test(CdfDifference.Of(tied).Largest, x.Length, y.Length), answers, at);
        Check("wasserstein", Wasserstein.Distance(x, y), answers, at);
        Check("wasserstein", CdfDifference.Of(tied).Area, answers, at);
        Check("normed", Wasserstein.Normed(Wasserstein.Distance(x, y), deviation), answers, at);
        Check("energy", EnergyDistance.Distance(x, y), answers, at);
        Check("energy", EnergyDistance.Distance(CdfDifference.Of(tied)), answers, at);
        Check("t", StudentT.Test(mean, squares, x.Length, otherMean, otherSquares, y.Length), answers, at);
        Check("welch", StudentT.Welch(mean, squares, x.Length, otherMean, otherSquares, y.Length), answers, at);
        Check("mannw", MannWhitney.Test(tied), answers, at);
        Check("cvm", CramerVonMises.Test(tied), answers, at);
        Check("anderson", AndersonDarling.Test(tied), answers, at);
        Check("es", EppsSingleton.Test(tied), answers, at);
        double[] sturges = HistogramEdges.Sturges(Math.Min(x[0], y[0]), Math.Max(x[^1], y[^1]), x.Length + y.Length);
        Distances(HistogramEdges.Count(x, sturges), HistogramEdges.Count(y, sturges), answers.GetProperty("sturges"), at);
        double skewness = x.Average(v => Math.Pow((v - mean) / deviation, 3));
        double[] doane = HistogramEdges.Count(y, HistogramEdges.Doane(x[0], x[^1], x.Length, skewness));
        Assert.Equal(answers.GetProperty("doane").EnumerateArray().Select(c => c.GetDouble()), doane);
    }

    private void Categories(JsonElement sample, JsonElement answers, string at)
    {
        (double[] x, double[] y) = ReferenceSamples.Tables(sample);
        double n = x.Sum(), m = y.Sum();
        double[] expected = [.. x.Select(count => count * (m / n))];
        Distances(x, y, answers, at);
        Check("chi", ChiSquare.GoodnessOfFit(y, expected), answers, at);
        Check("g", GTest.GoodnessOfFit(y, expected), answers, at);
        Check("chi_table", ChiSquare.Homogeneity(x, y), answers, at);
        Check("g_table", GTest.Homogeneity(x, y), answers, at);
        Check("fisher", FisherExact.Test((long)x[0], (long)(n - x[0]), (long)y[0], (long)(m - y[0])), answers, at);
        Check("z", ProportionsZ.Test(x[0], n, y[0], m), answers, at);
    }

    private void Distances(double[] x, double[] y, JsonElement answers, string at)
    {
        (double[] p, double[] q) = (Shares.WithoutZeros(Shares.Of(x)), Shares.WithoutZeros(Shares.Of(y)));
        Check("js2", JensenShannon.Distance(x, y), answers, at, floor: 1e-7);
        Check("jse", JensenShannon.Distance(x, y, Math.E), answers, at, floor: 1e-7);
        Check("psi", PopulationStability.Index(p, q), answers, at);
        Check("kl", KullbackLeibler.Divergence(p, q), answers, at);
        Check("hellinger", Hellinger.Distance(x, y), answers, at);
        Check("tvd", TotalVariation.Distance(x, y), answers, at);
        Check("linf", LInfinity.Distance(x, y), answers, at);
    }

    private void Check(string name, TestResult actual, JsonElement answers, string at)
    {
        if (!answers.TryGetProperty(name, out JsonElement answer) || answer[0].ValueKind == JsonValueKind.Null)
            return;
        Check(name, actual.Statistic, answer[0].GetDouble(), at, 1e-12);
        double expected = answer[1].GetDouble(), error = Relative(actual.PValue, expected, name == "cvm" ? LeastDifference : 1e-200);
        Assert.True(error <= ProbabilityTolerance, string.Create(CultureInfo.InvariantCulture, $"{name} of {at}: p {actual.PValue:R}, scipy {expected:R}"));
        worst[name] = worst[name] with { Probability = Math.Max(worst[name].Probability, error) };
    }

    private void Check(string name, double actual, JsonElement answers, string at, double floor = 1e-12)
    {
        if (answers.TryGetProperty(name, out JsonElement answer) && answer.ValueKind != JsonValueKind.Null)
            Check(name, actual, answer.GetDouble(), at, floor);
    }

    private void Check(string name, double actual, double expected, string at, double floor)
    {
        double error = Relative(actual, expected, floor);
        Assert.True(error <= StatisticTolerance, string.Create(CultureInfo.InvariantCulture, $"{name} of {at}: {actual:R}, scipy {expected:R}"));
        (int count, double statistic, double probability) = worst.GetValueOrDefault(name);
        worst[name] = (count + 1, Math.Max(statistic, error), probability);
    }

    /// <summary>Error relative to the larger value; 0 where both are below the floor.</summary>
    private static double Relative(double actual, double expected, double floor)
    {
        double size = Math.Max(Math.Abs(actual), Math.Abs(expected));
        return size <= floor ? 0 : Math.Abs(actual - expected) / size;
    }
}
