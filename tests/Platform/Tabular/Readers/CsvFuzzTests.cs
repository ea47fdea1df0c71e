using System.Globalization;
using System.Text;
using CsvHelper;
using CsvHelper.Configuration;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Readers;
using Xunit;
using CsvReader = Tidemark.Platform.Tabular.Readers.CsvReader;

namespace Tidemark.Tests.Platform.Tabular.Readers;

/// <summary>On well-formed data the reader and CsvHelper see the same cells; on garbage it ends with values.</summary>
public sealed class CsvFuzzTests
{
    private static readonly string[] Pieces = ["", "a", "word", "é€😀", ",", "\"", "\n", "\r\n", "\r", " ", "x,y", "say \"hi\"", "0", "-17", "3.25", new string('z', 90)];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 200)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Sees_the_cells_that_CsvHelper_sees(int seed)
    {
        var random = new Random(seed);
        string data = WellFormed(random, columns: random.Next(2, 8), rows: random.Next(0, 60));
        string[] header = data.Split('\r', '\n')[0].Split(',');
        List<string[]> expected = Oracle(data);
        CsvOptions options = new() { BatchRows = random.Next(1, 40), Kinds = header.ToDictionary(h => h, _ => ColumnKind.Text) };

        ReadResult read = await ReadResult.Of(async cancellation =>
            (await CsvReader.OpenAsync(new PieceStream(Encoding.UTF8.GetBytes(data), random.Next(1, 300)), options, cancellation)).Map<TableReader>(r => r));

        Assert.Empty(read.Faults);
        Assert.Equal(expected.Count, read.Rows.Count);
        for (int row = 0; row < expected.Count; row++)
            Assert.Equal(expected[row], read.Rows[row].Select(cell => (string?)cell ?? ""));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Garbage_ends_with_values_and_every_row_is_read_or_at_fault(int seed)
    {
        var random = new Random(seed);
        byte[] alphabet = [.. "ab1.5-e,,,,\"\"\n\n\r;\0"u8, 0xC3, 0xFF];
        byte[] data = [.. "a,b\n"u8, .. Enumerable.Range(0, random.Next(4000)).Select(_ => alphabet[random.Next(alphabet.Length)])];
        Dictionary<string, ColumnKind> kinds = random.Next(2) == 0 ? [] : new() { ["a"] = ColumnKind.Real, ["b"] = ColumnKind.Integer };
        Task<ReadResult> Read(int piece) => ReadResult.Of(async cancellation =>
            (await CsvReader.OpenAsync(new PieceStream(data, piece), new() { Kinds = kinds, BatchRows = 7 }, cancellation)).Map<TableReader>(r => r));

        ReadResult whole = await Read(int.MaxValue), cut = await Read(random.Next(1, 9));

        Assert.Null(whole.Failure);
        Assert.Equal(whole.Faults, cut.Faults);
        Assert.Equal(whole.Numbers, cut.Numbers);
        Assert.Equal(whole.Rows, cut.Rows);
    }

    [Fact]
    public async Task Streaming_allocates_nothing_per_cell()
    {
        byte[] data = Encoding.UTF8.GetBytes("a,b,c,d\n" + string.Concat(Enumerable.Range(0, 200_000).Select(i => $"{i},{i * 0.25},\"text {i % 100}\",{(i % 2 == 0 ? "true" : "")}\n")));
        using CsvReader reader = (await CsvReader.OpenAsync(new MemoryStream(data), CsvOptions.Default, TestContext.Current.CancellationToken)).Value!;
        for (int batch = 0; batch < 20; batch++)
            await reader.ReadAsync(TestContext.Current.CancellationToken);

        long before = GC.GetAllocatedBytesForCurrentThread(), rows = reader.Rows;
        while ((await reader.ReadAsync(TestContext.Current.CancellationToken)).Value)
            ;
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(200_000, reader.Rows);
        Assert.InRange(allocated / (double)(reader.Rows - rows), 0, 0.5);
    }

    private static List<string[]> Oracle(string data)
    {
        using var parser = new CsvParser(new StringReader(data), new CsvConfiguration(CultureInfo.InvariantCulture));
        var rows = new List<string[]>();
        while (parser.Read())
            rows.Add(parser.Record!);
        return rows[1..];
    }

    /// <summary>RFC 4180 with every freedom it leaves: quotes where needed and where not, mixed line ends, a last line without an end.</summary>
    private static string WellFormed(Random random, int columns, int rows)
    {
        string[] ends = ["\n", "\r\n", "\r"];
        string end = ends[random.Next(3)];
        bool mixed = random.Next(3) == 0;
        var text = new StringBuilder(string.Join(',', Enumerable.Range(0, columns).Select(i => $"c{i}")));
        for (int row = 0; row < rows; row++)
        {
            text.Append(mixed ? ends[random.Next(3)] : end);
            for (int column = 0; column < columns; column++)
            {
                string cell = string.Concat(Enumerable.Range(0, random.Next(3)).Select(_ => Pieces[random.Next(Pieces.Length)]));
                bool quoted = cell.AsSpan().IndexOfAny(",\"\r\n") >= 0 || random.Next(4) == 0;
                text.Append(column == 0 ? "" : ",").Append(quoted ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell);
            }
        }
        return text.Append(random.Next(2) == 0 ? end : "").ToString();
    }
}
