using Tidemark.Drift.Profiles;
using Tidemark.Drift.Verdicts;
using Tidemark.Platform.Tabular;
using Xunit;

namespace Tidemark.Tests.Drift;

public sealed class ReferenceChunkTests
{
    [Theory]
    [InlineData(120, 0)]
    [InlineData(150, 3)]
    [InlineData(999, 20)]
    [InlineData(1000, 10)]
    [InlineData(1234, 12)]
    [InlineData(45_000, 14)]
    public void Thresholds_are_those_of_ten_to_twenty_parts_of_equal_length(int rows, int parts)
    {
        double[] numbers = ReferenceSamples.Draw("rounded", 7, rows);
        Table table = DriftTables.Of(("x", i => numbers[i], rows), ("kind", i => numbers[i] > 3 ? "a" : "b", rows));
        var chunks = new ReferenceChunks();
        chunks.Observe(table);
        Dictionary<string, double> thresholds = chunks.Thresholds();

        if (parts == 0)
        {
            Assert.Empty(thresholds);
            return;
        }

        int size = 50;
        while (rows / size >= 20)
            size *= 2;
        int count = (rows / size) + (rows % size * 2 >= size ? 1 : 0);
        Assert.Equal(parts, count);
        Assert.All(["x", "kind"], name =>
        {
            ColumnSample Part(int from, int to) => ColumnSample.Of(table.Find(name)!, numeric: name == "x", from, to);
            double expected = ChunkThreshold.OfJensenShannon(Part(0, rows), Enumerable.Range(0, count).Select(i => Part(i * size, Math.Min(rows, (i + 1) * size))));
            Assert.Equal(expected, thresholds[name], 1e-12);
        });
        Assert.Equal(rows, chunks.Whole.Rows);
    }

    [Fact]
    public void Sketched_numbers_have_a_threshold_near_that_of_their_rows_and_a_constant_column_does_not_drift()
    {
        double[] numbers = ReferenceSamples.Draw("bell", 11, 16_000);
        Table table = DriftTables.Of(("x", i => numbers[i], 16_000), ("same", _ => 4.0, 16_000));
        var chunks = new ReferenceChunks();
        chunks.Observe(table);
        DriftPolicy policy = DriftPolicy.Evidently with { Selection = TestSelection.NannyMl };

        DriftVerdict stored = DriftComparison.Compare(chunks.Whole, DriftTables.Profile(DriftTables.Of(("x", i => numbers[i], 1600), ("same", _ => 4.0, 1600))), policy, previous: null, chunks.Thresholds());

        Assert.InRange(stored.Find("x")!.Threshold!.Value, 0.04, 0.12);
        Assert.All(stored.Columns, column => Assert.False(column.Drifted, column.Reason));
        DriftVerdict moved = DriftComparison.Compare(chunks.Whole, DriftTables.Profile(DriftTables.Of(("x", i => numbers[i] + 0.3, 1600), ("same", _ => 4.0, 1600))), policy, previous: null, chunks.Thresholds());
        Assert.True(moved.Find("x")!.Drifted);
    }
}
