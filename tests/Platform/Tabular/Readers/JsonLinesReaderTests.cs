using System.Text;
using System.Text.Json;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Readers;
using Xunit;

namespace Tidemark.Tests.Platform.Tabular.Readers;

/// <summary>JSON lines, well and sick.</summary>
public sealed class JsonLinesReaderTests
{
    [Fact]
    public async Task Keys_become_columns_and_values_keep_their_kinds()
    {
        ReadResult read = await Read("""
            {"i": 1, "r": 1.5, "b": true, "t": "x \"q\" é\u00e9"}
            {"t": "y", "i": -2, "r": 3, "b": null}

            {"i": 3, "n\u0065w": "late"}
            """);

        Assert.Equal(["i:Integer", "r:Real", "b:Boolean", "t:Text", "new:Text"], read.Kinds);
        Assert.Equal([[1L, 1.5, true, "x \"q\" éé", null], [-2L, 3.0, null, "y", null], [3L, null, null, null, "late"]], read.Rows);
        Assert.Empty(read.Faults);
    }

    [Fact]
    public async Task Integers_beside_reals_are_reals_and_other_mixtures_keep_every_value()
    {
        ReadResult read = await Read("""
            {"a": 1, "b": 1, "c": [1]}
            {"a": 2.5, "b": "x", "c": {"d": null}}
            {"a": 3, "b": false, "c": 7}
            """);

        Assert.Equal(["a:Real", "b:Mixed", "c:Mixed"], read.Kinds);
        Assert.Equal([1.0, 2.5, 3.0], read.Rows.Select(r => r[0]));
        Assert.Equal([1L, "x", false], read.Rows.Select(r => r[1]));
        Assert.Equal("{\"d\": null}", ((JsonElement)read.Rows[1][2]!).GetRawText());
    }

    [Theory]
    [InlineData("{\"a\": 1", FaultKind.NotJson)]
    [InlineData("{\"a\": NaN}", FaultKind.NotJson)]
    [InlineData("{\"a\": 1} {\"a\": 2}", FaultKind.NotJson)]
    [InlineData("{\"a\": \"\0\"}", FaultKind.NulByte)]
    [InlineData("7", FaultKind.NotAnObject)]
    [InlineData("[1]", FaultKind.NotAnObject)]
    [InlineData("{\"a\": 1, \"a\": 2}", FaultKind.DuplicateKey)]
    [InlineData("{\"a\": 1e400}", FaultKind.NumberOutOfRange)]
    [InlineData("{\"a\": \"one\"}", FaultKind.WrongKind)]
    [InlineData("{\"a\": 1.5}", FaultKind.WrongKind)]
    [InlineData("{\"t\": 1}", FaultKind.WrongKind)]
    [InlineData("{\"b\": \"true\"}", FaultKind.WrongKind)]
    [InlineData("{\"t\": \"\\ud800\"}", FaultKind.InvalidUtf8)]
    public async Task A_sick_line_is_a_fault_with_number_and_remedy_and_its_neighbours_are_read(string line, FaultKind kind)
    {
        Dictionary<string, ColumnKind> kinds = new() { ["a"] = ColumnKind.Integer, ["t"] = ColumnKind.Text, ["b"] = ColumnKind.Boolean };
        foreach (int piece in new[] { 1, 5, 1000 })
        {
            ReadResult read = await Read($"{{\"a\": 1}}\n{line}\n{{\"a\": 2, \"z\": 0}}", new() { Kinds = kinds }, piece);

            ReadFault fault = Assert.Single(read.Faults);
            Assert.Equal((1, kind, line), (fault.Row, fault.Kind, fault.Text));
            Assert.Contains(':', fault.Detail);
            Assert.Equal([0L, 2L], read.Numbers);
            Assert.Equal(["a:Integer", "z:Integer"], read.Kinds);
        }
    }

    [Fact]
    public async Task Invalid_UTF8_is_a_fault()
    {
        byte[] data = [.. "{\"a\": \""u8, 0xFF, .. "\"}\n{\"a\": \"x\"}\n"u8];
        ReadResult read = await ReadResult.Of(async c => (await JsonLinesReader.OpenAsync(new MemoryStream(data), JsonLinesOptions.Default, c)).Map<TableReader>(r => r));

        Assert.Equal(FaultKind.InvalidUtf8, Assert.Single(read.Faults).Kind);
        Assert.Equal([["x"]], read.Rows);
    }

    [Fact]
    public async Task An_array_a_line_too_long_and_too_many_keys_are_failures()
    {
        Assert.Equal("Not JSON lines", (await Read("[{\"a\": 1}]")).Failure?.Title);
        Assert.Equal(FailureKind.TooLarge, (await Read($"{{\"a\": \"{new string('x', 3_000_000)}\"}}", new() { MaxRowBytes = 2_000_000 }, 100_000)).Failure?.Kind);
        Assert.Equal(FailureKind.TooLarge, (await Read("{\"a\": 1, \"b\": 2, \"c\": 3}", new() { MaxColumns = 2 })).Failure?.Kind);
        Assert.Empty((await Read("")).Rows);
    }

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Gives_back_the_values_that_the_serializer_wrote(int seed)
    {
        var random = new Random(seed);
        string[] keys = ["a", "é \"k\"", "c", "d"];
        object?[] pool = [1L, -7L, 2.5, 1e-300, "text", "\"\\\n\u0001é😀", "", true, false, null];
        var lines = Enumerable.Range(0, random.Next(1, 50))
            .Select(_ => keys.Where(_ => random.Next(5) > 0).OrderBy(_ => random.Next()).ToDictionary(k => k, k => pool[k == "c" ? random.Next(4) : random.Next(pool.Length)])).ToList();
        string data = string.Join('\n', lines.Select(l => JsonSerializer.Serialize(l)));

        ReadResult read = await Read(data, new() { BatchRows = random.Next(1, 20) }, random.Next(1, 100));

        Assert.Empty(read.Faults);
        string[] names = [.. read.Kinds.Select(k => k[..k.LastIndexOf(':')])];
        for (int row = 0; row < lines.Count; row++)
        {
            object?[] expected = [.. names.Select(n => lines[row].GetValueOrDefault(n))];
            Assert.Equal(expected, [.. read.Rows[row].Select((cell, i) => cell is double d && expected[i] is long ? (long)d : cell), .. new object?[names.Length - read.Rows[row].Length]]);
        }
    }

    [Fact]
    public async Task Streaming_allocates_nothing_per_row()
    {
        byte[] data = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{{\"a\": {i}, \"b\": {i * 0.25 + 0.1}, \"c\": \"text \\\"{i % 100}\\\"\", \"d\": true}}\n")));
        using JsonLinesReader reader = (await JsonLinesReader.OpenAsync(new MemoryStream(data), JsonLinesOptions.Default, TestContext.Current.CancellationToken)).Value!;
        for (int batch = 0; batch < 20; batch++)
            await reader.ReadAsync(TestContext.Current.CancellationToken);

        long before = GC.GetAllocatedBytesForCurrentThread(), rows = reader.Rows;
        while ((await reader.ReadAsync(TestContext.Current.CancellationToken)).Value)
            ;
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(100_000, reader.Rows);
        Assert.InRange(allocated / (double)(reader.Rows - rows), 0, 0.5);
    }

    private static Task<ReadResult> Read(string text, JsonLinesOptions? options = null, int piece = int.MaxValue) => ReadResult.Of(async cancellation =>
        (await JsonLinesReader.OpenAsync(new PieceStream(Encoding.UTF8.GetBytes(text), piece), options ?? JsonLinesOptions.Default, cancellation)).Map<TableReader>(r => r));
}
