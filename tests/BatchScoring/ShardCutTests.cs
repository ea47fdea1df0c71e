using Tidemark.BatchScoring;
using Tidemark.BatchScoring.Jobs;
using Tidemark.BatchScoring.Planning;
using Xunit;

namespace Tidemark.Tests.BatchScoring;

public sealed class ShardCutTests
{
    private static readonly JobId Job = JobId.Parse(new string('a', 64)).Value;

    /// <summary>Azure Storage takes 50,000 blocks of a blob, and 190 TB.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(250L << 20)]
    [InlineData(5L << 30)]
    [InlineData(64L << 30)]
    [InlineData(ShardCut.MostBytes)]
    public void A_result_never_has_more_blocks_than_storage_takes(long bytes)
    {
        var options = new BatchScoringOptions();
        ShardCut cut = ShardCut.For(bytes, options);
        long most = 1 + (bytes / cut.ShardBytes) + (bytes / 2 / cut.ShardRows);

        Assert.True(most * cut.ShardBlocks <= ShardCut.MostBlocks, $"{most} shards of {cut.ShardBlocks} blocks");
        Assert.True(cut.ShardBlocks >= 2);
        // Half of the blocks take twice the input, where a block may be that large.
        Assert.True(cut.BlockBytes * (cut.ShardBlocks / 2) >= Math.Min(2 * cut.ShardBytes, 2 * bytes));
        // And a worker holds one of them in memory.
        Assert.All(Enumerable.Range(0, cut.ShardBlocks), block => Assert.InRange(cut.SizeOf(block), options.BlockBytes, ShardCut.LargestBlock));
        Assert.Null(ShardCut.Refusal("incoming/m/f.csv", bytes));
    }

    [Fact]
    public void A_file_whose_blocks_would_not_fit_in_memory_is_refused_with_the_remedy()
    {
        var failure = ShardCut.Refusal("incoming/m/f.csv", ShardCut.MostBytes + 1)!;

        Assert.Equal(Tidemark.Platform.Errors.FailureKind.TooLarge, failure.Kind);
        Assert.Contains("incoming/m/f.csv has 293,601,280,001 bytes", failure.Detail);
        Assert.Contains("in parts", failure.Detail);
    }

    [Fact]
    public void Usual_files_have_usual_shards_and_blocks()
    {
        ShardCut cut = ShardCut.For(250 << 20, new BatchScoringOptions());

        Assert.Equal((16 << 20, 200_000, 4 << 20), (cut.ShardBytes, cut.ShardRows, cut.SizeOf(0)));
        Assert.Equal(2 * cut.SizeOf(0), cut.SizeOf(cut.ShardBlocks / 2));
    }

    [Fact]
    public void Shards_end_before_the_first_row_that_begins_far_enough()
    {
        var cutter = new ShardCutter(Job, new ShardCut(10, 3, 64, 10), offset: 3, first: 5);
        cutter.Take([5, 9, 16, 17]);
        cutter.Take([18, 19, 20]);
        cutter.End(25);

        Assert.Equal(
            [(8L, 19L, 0L, 2L), (19, 22, 2, 3), (22, 28, 5, 2)],
            cutter.Finished().Select(shard => (shard.Start, shard.End, shard.FirstRow, shard.Rows)));
        Assert.Equal((3, 7L), (cutter.Count, cutter.Rows));
    }

    [Theory]
    [InlineData(1, 300, 50)]
    [InlineData(7, 300, 50)]
    [InlineData(23, 300, 50)]
    [InlineData(99, 300_000, 100_000)] // beyond the bytes that are looked at together
    public async Task Borders_are_those_of_the_reader_whatever_stands_in_the_cells(int seed, int rows, int shardBytes)
    {
        var random = new Random(seed);
        string[] cells = ["1", "", "\"a\nb\"", "\"x\"\"y,\"", "a\"b", "\"late\"x", "é", " ", "\"\"", "\"\r\"", new string('z', 70)];
        string[] ends = ["\n", "\r\n", "\r", "\n\n"];
        string text = "p,q\n" + string.Concat(Enumerable.Range(0, rows).Select(_ => $"{cells[random.Next(cells.Length)]},{cells[random.Next(cells.Length)]}{ends[random.Next(ends.Length)]}"));
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(text);
        var borders = (await CsvBorders.OpenAsync(new MemoryStream(bytes), 1 << 20, TestContext.Current.CancellationToken)).Value!;
        var cutter = new ShardCutter(Job, new ShardCut(shardBytes, 1000 * (long)rows, 64, 10), 0, borders.Position);
        while ((await borders.NextAsync(TestContext.Current.CancellationToken)).Value)
            cutter.Take(borders.Starts);
        cutter.End(borders.Position);

        var whole = await RowsAsync(bytes, header: null);
        var parts = new List<string>();
        foreach (ShardRow shard in cutter.Finished())
            parts.AddRange(await RowsAsync(bytes[(int)shard.Start..(int)shard.End], header: ["p", "q"]));
        Assert.Equal(whole, parts);
        Assert.Equal(whole.Count, cutter.Rows);
    }

    private static async Task<List<string>> RowsAsync(byte[] bytes, string[]? header)
    {
        var options = new Tidemark.Platform.Tabular.Readers.CsvOptions { Header = header, Plain = header is not null, Separator = ',' };
        using var reader = (await Tidemark.Platform.Tabular.Readers.CsvReader.OpenAsync(new MemoryStream(bytes), options, TestContext.Current.CancellationToken)).Value!;
        var rows = new List<string>();
        while ((await reader.ReadAsync(TestContext.Current.CancellationToken)).Value)
        {
            rows.AddRange(reader.Faults.Select(fault => $"{fault.Kind}: {fault.Text}"));
            for (int row = 0; row < reader.Batch.Rows; row++)
                rows.Add(System.Text.Encoding.UTF8.GetString(reader.RowText(row)));
        }

        return rows;
    }
}
