using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Drift.Detectors;
using Xunit;

namespace Tidemark.Tests.Drift.Detectors;

/// <summary>Detectors against what river publishes of its own (streams.py), and their durable state.</summary>
public sealed class DetectorTests
{
    private static readonly JsonNode Fixture = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests/Drift/Detectors/streams.json")))!;

    public static TheoryData<int> Published => [.. Enumerable.Range(0, Fixture["published"]!.AsArray().Count)];

    public static TheoryData<string> Names => [.. DetectorCatalog.Names];

    [Theory]
    [MemberData(nameof(Published))]
    public void Warns_and_drifts_where_river_says(int place)
    {
        JsonNode published = Fixture["published"]![place]!;
        double[] stream = Stream((string)published["stream"]!);
        Detector detector = Create((string)published["detector"]!, published["parameters"]!.ToJsonString());

        (List<int> drifts, List<int> firstWarnings) = ([], []);
        bool fresh = true;
        for (int i = 0; i < stream.Length; i++)
        {
            DetectorSignal signal = detector.Update(stream[i]);
            if (signal == DetectorSignal.Warning && fresh)
                firstWarnings.Add(i);
            if (signal == DetectorSignal.Drift)
                drifts.Add(i);
            fresh = signal == DetectorSignal.Drift || (fresh && signal != DetectorSignal.Warning);
        }

        Assert.Equal(published["drifts"]!.Deserialize<int[]>(), drifts);
        if (published["firstWarnings"] is { } warnings)
            Assert.Equal(warnings.Deserialize<int[]>(), firstWarnings);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Restored_from_JSON_anywhere_goes_on_as_if_nothing_had_happened(string name)
    {
        double[] stream = Stream("docs_errors");
        Detector straight = Create(name), restarted = Create(name);
        for (int i = 0; i < stream.Length; i++)
        {
            if (i % 97 == 0)
                restarted = DetectorCatalog.Restore(DetectorCatalog.Save(restarted));

            Assert.Equal(straight.Update(stream[i]), restarted.Update(stream[i]));
        }

        Assert.Equal(DetectorCatalog.Save(straight).ToString(), DetectorCatalog.Save(restarted).ToString());
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Silent_on_a_stream_without_errors(string name)
    {
        Detector detector = Create(name);

        Assert.All(Enumerable.Repeat(0.0, 2000), value => Assert.Equal(DetectorSignal.None, detector.Update(value)));
    }

    [Fact]
    public void Draws_what_Python_draws()
    {
        // random.Random(42).sample(range(70), 5) and, from the same generator, sample(range(100000), 3), in CPython 3.11.
        var draws = new MersenneTwister(42);

        Assert.Equal([14, 3, 35, 31, 28], draws.Sample(70, 5));
        Assert.Equal([18289, 96530, 13434], draws.Sample(100_000, 3));
    }

    [Theory]
    [InlineData(30, 18, 2.366488472641374e-05)]
    [InlineData(10, 7, 0.012340600575894691)]
    [InlineData(5, 5, 0.007936507936507936)]
    public void Chance_of_a_distance_is_that_of_scipy_exact(int n, int apart, double expected) => Assert.Equal(expected, Kswin.Chance(n, apart), expected * 1e-12);

    private static double[] Stream(string name) => [.. ((string)Fixture["streams"]![name]!).Select(digit => (double)(digit - '0'))];

    private static Detector Create(string name, string parameters = "{}")
    {
        var created = DetectorCatalog.Create(name, JsonDocument.Parse(parameters).RootElement);
        Assert.True(created.Ok, created.Failure?.Detail);
        return created.Value;
    }
}
