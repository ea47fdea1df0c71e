using System.Globalization;
using System.Text;
using Tidemark.Benchmarks.Batch;
using Tidemark.Benchmarks.Models;
using Xunit;

namespace Tidemark.Tests.Benchmarks;

/// <summary>What ./bench batch relies on: the same rows every time, and a limit that reads numbers and keeps order.</summary>
public sealed class BatchPeersTests
{
    private const int Rows = 9_000;
    private static readonly byte[] Data = Write(Rows);

    [Fact]
    public void Rows_are_the_same_every_time_and_a_larger_file_begins_with_the_smaller()
    {
        Assert.Equal(Data, Write(Rows));
        Assert.Equal(Rows + 1, Data.Count(b => b == '\n'));
        Assert.True(Data.AsSpan().StartsWith(Write(1_000)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Limit_scores_every_row_as_a_plain_loop_does(int threads)
    {
        using var session = new Microsoft.ML.OnnxRuntime.InferenceSession(BenchmarkModels.Create("lr"));
        using var written = new MemoryStream();
        using (var pipeline = new SpanPipeline(session, new MemoryStream(Data), written)) Assert.Equal(Rows, pipeline.Run(threads).Rows);

        string[] lines = Encoding.ASCII.GetString(written.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("label,probability", lines[0]);
        float[] weights = BenchmarkModels.LinearWeights();
        string[] input = Encoding.ASCII.GetString(Data).Split('\n');
        Assert.Equal(Rows + 1, lines.Length);
        for (int row = 1; row <= Rows; row++)
        {
            double score = BenchmarkModels.LinearIntercept + input[row].Split(',').Select((cell, i) => weights[i] * double.Parse(cell, CultureInfo.InvariantCulture)).Sum();
            string[] result = lines[row].Split(',');
            double p = double.Parse(result[1], CultureInfo.InvariantCulture);
            Assert.Equal(1 / (1 + Math.Exp(-score)), p, 2e-6);
            Assert.Equal(p > 0.5 ? "1" : "0", result[0]);
        }
    }

    private static byte[] Write(int rows)
    {
        using var to = new MemoryStream();
        BatchData.Write(to, rows);
        return to.ToArray();
    }
}
