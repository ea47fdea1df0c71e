using System.Globalization;
using System.Text;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Readers;
using Xunit;

namespace Tidemark.Tests.Platform.Tabular.Readers;

/// <summary>Reading ahead on another thread shows the same rows as reading batch by batch.</summary>
public sealed class EachTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Every_batch_is_seen_whole_while_the_next_is_read(int seed)
    {
        var random = new Random(seed);
        byte[] csv = Encoding.UTF8.GetBytes(Csv(random)), lines = Encoding.UTF8.GetBytes(Lines(random));

        await SameAsync(async cancellation => (await CsvReader.OpenAsync(new PieceStream(csv, 100), new() { BatchRows = 7 }, cancellation)).Map<TableReader>(r => r));
        await SameAsync(async cancellation => (await JsonLinesReader.OpenAsync(new PieceStream(lines, 100), new() { BatchRows = 7 }, cancellation)).Map<TableReader>(r => r));
    }

    [Fact]
    public async Task What_the_caller_throws_comes_back_after_the_reading_has_ended()
    {
        byte[] csv = Encoding.UTF8.GetBytes(Csv(new Random(1)));
        using CsvReader reader = (await CsvReader.OpenAsync(new MemoryStream(csv), new() { BatchRows = 3 }, TestContext.Current.CancellationToken)).Value!;

        await Assert.ThrowsAsync<NotSupportedException>(() => reader.EachAsync(_ => throw new NotSupportedException(), TestContext.Current.CancellationToken));
    }

    private static async Task SameAsync(Func<CancellationToken, Task<Outcome<TableReader>>> open)
    {
        ReadResult expected = await ReadResult.Of(open);
        var rows = new List<object?[]>();
        var numbers = new List<long>();
        using TableReader reader = (await open(TestContext.Current.CancellationToken)).Value!;

        Outcome<long> faults = await reader.EachAsync(Look, TestContext.Current.CancellationToken);

        Assert.Equal(expected.Faults.Count, faults.Value);
        Assert.Equal(expected.Numbers, numbers);
        Assert.Equal(expected.Rows, rows);

        void Look(Table batch)
        {
            for (int row = 0; row < batch.Rows; row++)
            {
                rows.Add([.. batch.Columns.Select(c => c.Cell(row))]);
                numbers.Add(batch.FirstRow + row);
            }
        }
    }

    private static string Csv(Random random)
    {
        var text = new StringBuilder("a,b,c\n");
        for (int row = 0; row < 100; row++)
        {
            string a = random.Next(30) == 0 ? "x" : random.Next(10) == 0 ? "0.5" : random.Next(100).ToString(CultureInfo.InvariantCulture);
            text.Append(CultureInfo.InvariantCulture, $"{a},{(random.Next(5) == 0 ? "" : "t" + row)},{random.Next(9)}{(random.Next(20) == 0 ? ",9" : "")}\n");
        }

        return text.ToString();
    }

    private static string Lines(Random random)
    {
        var text = new StringBuilder();
        for (int row = 0; row < 100; row++)
        {
            string late = row > 50 ? $", \"late\": {row}" : "";
            text.Append(random.Next(20) == 0 ? "{oops\n" : $"{{\"a\": {(random.Next(6) == 0 ? "\"x\"" : random.Next(6) == 0 ? "0.5" : "7")}, \"b\": \"t{row}\"{late}}}\n");
        }

        return text.ToString();
    }
}
