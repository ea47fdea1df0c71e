using System.Globalization;
using System.Text.Json;
using Tidemark.Drift.Verdicts;
using Xunit;
using TestResult = Tidemark.Drift.Statistics.TestResult;

namespace Tidemark.Tests.Drift;

/// <summary>The answers that scipy's own tests expect, from the shared data: samples as rows, and counted as profiles count them, must give them.</summary>
public sealed class SharedVectorTests
{
    /// <summary>Statistics that the file may hold; one that is new there fails until it is checked here.</summary>
    private static readonly Dictionary<string, (DriftTest Test, int Cases)> Known = new(StringComparer.Ordinal)
    {
        ["ks_2samp"] = (DriftTest.KolmogorovSmirnov, 12),
        ["wasserstein"] = (DriftTest.Wasserstein, 8),
        ["energy_distance"] = (DriftTest.Energy, 4),
        ["epps_singleton"] = (DriftTest.EppsSingleton, 2),
        ["cramer_von_mises_2samp"] = (DriftTest.CramerVonMises, 1),
    };

    [Fact]
    public void Every_vector_of_the_shared_data_is_met()
    {
        Assert.SkipWhen(Repository.Data is null, "The folder of real data is absent (TIDEMARK_DATA or ../shared/data).");
        string[] files = Directory.GetFiles(Path.Combine(Repository.Data!, "vectors"));
        Assert.Equal("scipy_two_sample.json", Path.GetFileName(Assert.Single(files)));
        using JsonDocument vectors = JsonDocument.Parse(File.ReadAllText(files[0]));
        var cases = vectors.RootElement.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Array).ToDictionary(p => p.Name, p => p.Value.GetArrayLength());
        Assert.Equal(Known.ToDictionary(k => k.Key, k => k.Value.Cases), cases);
        foreach ((string name, (DriftTest test, _)) in Known)
        {
            foreach (JsonElement vector in vectors.RootElement.GetProperty(name).EnumerateArray())
                Check(test, vector);
        }
    }

    private static void Check(DriftTest test, JsonElement vector)
    {
        double[] x = Numbers(vector, "x", "xw"), y = Numbers(vector, "y", "yw");
        TestResult rows = Measurement.Of(test, new ColumnPair(ColumnSample.Of(x), ColumnSample.Of(y)));
        TestResult profiles = Measurement.Of(test, new ColumnPair(Profiled(x), Profiled(y)));
        foreach (TestResult found in (TestResult[])[rows, profiles])
        {
            double statistic = Number(vector, "expected") ?? Number(vector, "statistic")!.Value;
            Assert.InRange(found.Statistic, statistic - Tolerance(vector, "stat_tol"), statistic + Tolerance(vector, "stat_tol"));
            if (Number(vector, "pvalue") is { } p)
                Assert.InRange(found.PValue, p - Tolerance(vector, "p_tol"), p + Tolerance(vector, "p_tol"));
        }
    }

    /// <summary>As the vector says; where it says nothing, its numbers are whole or exact fractions.</summary>
    private static double Tolerance(JsonElement vector, string name) =>
        Number(vector, name) ?? (Number(vector, "decimals") is { } decimals ? 0.5 * Math.Pow(10, -decimals) : 1e-12);

    private static double? Number(JsonElement vector, string name) => vector.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : null;

    /// <summary>Values as often as their weights, which are whole numbers here, say.</summary>
    private static double[] Numbers(JsonElement vector, string values, string weights)
    {
        double[] numbers = [.. vector.GetProperty(values).EnumerateArray().Select(v => v.GetDouble())];
        int[] times = vector.TryGetProperty(weights, out JsonElement given) ? [.. given.EnumerateArray().Select(w => int.Parse(w.GetRawText(), CultureInfo.InvariantCulture))] : [.. numbers.Select(_ => 1)];
        return [.. numbers.Zip(times).SelectMany(v => Enumerable.Repeat(v.First, v.Second))];
    }

    private static ColumnSample Profiled(double[] values) =>
        ColumnSample.Of(DriftTables.Profile(DriftTables.Of(("x", i => values[i], values.Length))).Find("x"), values.Length, numeric: true);
}
