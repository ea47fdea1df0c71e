using System.Globalization;
using Xunit;

namespace Tidemark.Tests.Samples;

/// <summary>The taxi sample: its model, the months of real rides, and scikit-learn's fares for them.</summary>
internal static class Taxi
{
    private const double Tolerance = 1e-4; // USD; trees are summed in float32 here, in float64 there
    private static readonly string Folder = Path.Combine(Repository.Root, "samples", "taxi");

    public static byte[] Model { get; } = File.ReadAllBytes(Path.Combine(Folder, "model.onnx"));

    public static byte[] Metadata { get; } = File.ReadAllBytes(Path.Combine(Folder, "metadata.json"));

    public static string[] Months { get; } = ["2019-01", "2019-02", "2020-04"];

    /// <param name="month">E.g. <c>2019-01</c>.</param>
    public static string PathOf(string month) => Path.Combine(Repository.Data!, "taxi", NameOf(month));

    /// <summary>Compares the fares of all rides of a month, in row order: every 50th alone, the others by their sum.</summary>
    public static void AssertFares(string month, IReadOnlyList<float> actual)
    {
        var expected = File.ReadLines(Path.Combine(Folder, "expected.csv")).Select(l => l.Split(',')).Where(c => c[0] == NameOf(month))
            .ToDictionary(c => c[1], c => double.Parse(c[2], CultureInfo.InvariantCulture));
        Assert.Equal(expected["rows"], actual.Count);
        Assert.InRange(actual.Sum(f => (double)f), expected["sum"] - 0.05, expected["sum"] + 0.05);
        Assert.Equal(202, expected.Count);
        foreach (var (row, fare) in expected.Where(e => char.IsDigit(e.Key[0])))
            Assert.True(Math.Abs(actual[int.Parse(row, CultureInfo.InvariantCulture)] - fare) < Tolerance, $"Row {row} of {month}: scikit-learn {fare}, here {actual[int.Parse(row, CultureInfo.InvariantCulture)]}.");
    }

    private static string NameOf(string month) => $"yellow_tripdata_sample_{month}.csv";
}
