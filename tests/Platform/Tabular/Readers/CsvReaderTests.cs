using System.IO.Compression;
using System.Text;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Readers;
using Xunit;

namespace Tidemark.Tests.Platform.Tabular.Readers;

/// <summary>Every sickness that a CSV can have ends in values or in a typed fault that names row, value and remedy.</summary>
public sealed class CsvReaderTests
{
    [Fact]
    public async Task Reads_each_kind_as_pandas_does()
    {
        ReadResult read = await Read("i,r,b,t,none\n1,1.5,True,a,\n-2,NA,false,\"b,\"\"c\"\"\",\n,3e2,,nan,NULL\n");

        Assert.Equal(["i:Integer", "r:Real", "b:Boolean", "t:Text", "none:Real"], read.Kinds);
        Assert.Equal([[1L, 1.5, true, "a", null], [-2L, null, false, "b,\"c\"", null], [null, 300.0, null, null, null]], read.Rows);
        Assert.Empty(read.Faults);
    }

    [Theory]
    [InlineData("1\n2.5\n", "Real")]
    [InlineData("1\nx\n", "Text")]
    [InlineData("1.5\nx\n", "Text")]
    [InlineData("true\n1\n", "Text")]
    [InlineData("12345678901234567\n123456789012345678901234567890\n", "Text")]
    [InlineData("123456789012345678901\n", "Real")]
    [InlineData("007\n", "Integer")]
    [InlineData("-inf\n", "Real")]
    [InlineData("2019-01-15 03:36:12\n", "Text")]
    [InlineData("1_000\n", "Text")]
    [InlineData("0x10\n", "Text")]
    [InlineData(" 12 \n", "Integer")]
    [InlineData("-\n", "Text")]
    [InlineData(".\n", "Text")]
    [InlineData("1.\n", "Real")]
    [InlineData(".5\n", "Real")]
    [InlineData("1e5\n", "Real")]
    [InlineData("1e\n", "Text")]
    [InlineData("Infinity\n", "Real")]
    public async Task A_column_is_as_wide_as_its_widest_cell(string cells, string kind) => Assert.Equal([$"a:{kind}"], (await Read("a\n" + cells)).Kinds);

    [Fact]
    public async Task A_cell_that_does_not_fit_widens_the_column_from_its_batch_on()
    {
        ReadResult read = await Read("a\n1\n2\n3.5\nx\n", new() { BatchRows = 1 });

        Assert.Equal([[1L], [2L], [3.5], ["x"]], read.Rows);
    }

    [Theory]
    [InlineData("a,b\n1,x\n2,y\n")]
    [InlineData("a,b\r\n1,x\r\n2,y\r\n")]
    [InlineData("a,b\r1,x\r2,y\r")]
    [InlineData("a,b\r\n1,x\n2,y")]
    [InlineData("\n\na,b\n\r\n1,x\r\r2,y\n\n")]
    [InlineData("\"a\",\"b\"\r\n\"1\",\"x\"\n\"2\",\"y\"\r\n")]
    [InlineData("a;b\n1;x\n2;y\n")]
    [InlineData("a\tb\n1\tx\n2\ty\n")]
    public async Task Line_ends_and_separators_of_every_kind_give_the_same_rows(string text)
    {
        foreach (int piece in new[] { 1, 2, 3, 7, 1000 })
        {
            ReadResult read = await Read(Encoding.UTF8.GetBytes(text), piece: piece);
            Assert.Equal([[1L, "x"], [2L, "y"]], read.Rows);
        }
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    [InlineData("utf-32BE")]
    public async Task A_byte_order_mark_tells_the_encoding(string name)
    {
        Encoding encoding = name == "utf-32BE" ? new UTF32Encoding(true, true) : Encoding.GetEncoding(name);
        byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes("größe,b\n1,é€😀\n")];

        ReadResult read = await Read(bytes);

        Assert.Equal(["größe:Integer", "b:Text"], read.Kinds);
        Assert.Equal([[1L, "é€😀"]], read.Rows);
    }

    [Fact]
    public async Task Gzip_is_unpacked_and_a_broken_one_is_a_failure()
    {
        byte[] packed = Gzip(Encoding.UTF8.GetBytes("a\n" + string.Concat(Enumerable.Range(0, 50_000).Select(i => $"{i * 7919 % 10007}\n"))));

        Assert.Equal(50_000, (await Read(packed)).Rows.Count);
        packed[packed.Length / 2] ^= 0x55;
        packed[packed.Length / 2 + 1] ^= 0x55;
        Assert.Equal(FailureKind.Malformed, (await Read(packed)).Failure?.Kind);
    }

    [Fact]
    public async Task A_gzip_cut_short_is_a_failure()
    {
        byte[] packed = Gzip(Encoding.UTF8.GetBytes("a\n" + string.Concat(Enumerable.Range(0, 50_000).Select(i => $"{i * 7919 % 10007}\n"))));

        Assert.Equal(FailureKind.Malformed, (await Read(packed[..(packed.Length / 2)])).Failure?.Kind);
    }

    [Theory]
    [InlineData("", "Empty data")]
    [InlineData("\n\n", "Empty data")]
    [InlineData("a,b,a\n1,2,3\n", "Duplicate column")]
    [InlineData("a,\"b\n1,2\n", "Unreadable header")]
    [InlineData("aaa,b\0\n1,2\n", "Unreadable header")]
    [InlineData("a\0,\0b\0\n\0", "Not UTF-8")]
    public async Task Data_without_a_usable_header_is_a_failure(string text, string title)
    {
        ReadResult read = await Read(text);

        Assert.Equal(title, read.Failure?.Title);
        Assert.NotEmpty(read.Failure!.Detail);
    }

    [Fact]
    public async Task A_header_without_rows_is_a_table_without_rows()
    {
        ReadResult read = await Read("a,b\n");

        Assert.Null(read.Failure);
        Assert.Equal(["a:Real", "b:Real"], read.Kinds);
        Assert.Empty(read.Rows);
    }

    [Fact]
    public async Task A_column_without_a_name_is_called_as_pandas_calls_it() => Assert.Equal(["Unnamed: 0:Integer", "b:Integer"], (await Read(",b\n1,2\n")).Kinds);

    public static TheoryData<byte[], FaultKind, string> SickRows => new()
    {
        { "3,4,5"u8.ToArray(), FaultKind.Ragged, "3,4,5" },
        { "3"u8.ToArray(), FaultKind.Ragged, "3" },
        { "3,\"x\"y"u8.ToArray(), FaultKind.TextAfterQuote, "3,\"x\"y" },
        { "3,x\0"u8.ToArray(), FaultKind.NulByte, "3,x\0" },
        { [(byte)'3', (byte)',', 0xC3, 0x28], FaultKind.InvalidUtf8, "3,\uFFFD(" },
        { [(byte)'3', (byte)',', 0xED, 0xA0, 0x80], FaultKind.InvalidUtf8, "3,\uFFFD\uFFFD\uFFFD" },
        { "1e400,x"u8.ToArray(), FaultKind.NumberOutOfRange, "1e400" },
        { "-1e999,x"u8.ToArray(), FaultKind.NumberOutOfRange, "-1e999" },
    };

    [Theory]
    [MemberData(nameof(SickRows))]
    public async Task A_sick_row_is_a_fault_with_number_value_and_remedy_and_its_neighbours_are_read(byte[] row, FaultKind kind, string value)
    {
        byte[] data = [.. "a,b\n1.5,y\n"u8, .. row, .. "\n2.5,z\n"u8];

        foreach (int piece in new[] { 1, 5, 1000 })
        {
            ReadResult read = await Read(data, piece: piece);
            ReadFault fault = Assert.Single(read.Faults);
            Assert.Equal((1, kind, value), (fault.Row, fault.Kind, fault.Value));
            Assert.Contains(':', fault.Detail);
            Assert.Equal(Encoding.UTF8.GetString(row), fault.Text);
            Assert.Equal([[1.5, "y"], [2.5, "z"]], read.Rows);
            Assert.Equal([0L, 2L], read.Numbers);
        }
    }

    [Theory]
    [InlineData("x", FaultKind.WrongKind)]
    [InlineData("\"3,14\"", FaultKind.DecimalComma)]
    [InlineData("\"1.234,50\"", FaultKind.DecimalComma)]
    [InlineData("1e400", FaultKind.NumberOutOfRange)]
    public async Task A_cell_that_is_not_of_the_declared_kind_is_a_fault(string cell, FaultKind kind)
    {
        CsvOptions options = new() { Kinds = new Dictionary<string, ColumnKind> { ["a"] = ColumnKind.Real, ["b"] = ColumnKind.Integer, ["c"] = ColumnKind.Boolean } };
        string rows = string.Concat(Enumerable.Range(0, 100).Select(i => i % 3 == 1 ? $"{cell},12345678901234567890,maybe\n" : $"{i},{i},true\n"));

        ReadResult read = await Read("a,b,c\n" + rows, options);

        Assert.Equal(67, read.Rows.Count);
        Assert.Equal(Enumerable.Range(0, 100).Where(i => i % 3 != 1).Select(i => (long)i), read.Numbers);
        Assert.Equal([kind, FaultKind.NumberOutOfRange, FaultKind.WrongKind], read.Faults.Take(3).Select(f => f.Kind));
        Assert.Equal(["a", "b", "c"], read.Faults.Take(3).Select(f => f.Column));
        Assert.Equal(33 * 3, read.Faults.Count);
    }

    [Fact]
    public async Task An_unclosed_quote_is_a_fault_of_the_row_that_opens_it()
    {
        ReadResult read = await Read("a,b\n1,x\n2,\"y\n3,z\n");

        Assert.Equal((1, FaultKind.UnclosedQuote), read.Faults.Select(f => (f.Row, f.Kind)).Single());
        Assert.Equal([[1L, "x"]], read.Rows);
    }

    [Fact]
    public async Task Minus_zero_keeps_its_sign_as_a_real_and_is_zero_as_an_integer()
    {
        ReadResult read = await Read("a,b\n-0,-0.0\n");

        Assert.Equal(0L, read.Rows[0][0]);
        Assert.True(double.IsNegative((double)read.Rows[0][1]!));
    }

    [Fact]
    public async Task Numbers_with_a_decimal_comma_are_text_and_noticed()
    {
        ReadResult read = await Read("price;n\n3,14;1\n2,50;2\n");

        Assert.Equal(["price:Text", "n:Integer"], read.Kinds);
        ReadFault notice = Assert.Single(read.Notices);
        Assert.Equal((0, FaultKind.DecimalComma, "price", "3,14"), (notice.Row, notice.Kind, notice.Column, notice.Value));
    }

    [Fact]
    public async Task A_cell_of_100_MB_is_refused_in_bounded_memory_and_read_where_allowed()
    {
        byte[] data = [.. "a,b\n1,\""u8, .. Enumerable.Repeat((byte)'x', 100_000_000), .. "\"\n2,y\n"u8];

        Failure? failure = (await Read(data)).Failure;
        Assert.Equal(FailureKind.TooLarge, failure?.Kind);
        Assert.Contains("1,\"xxx", failure!.Detail, StringComparison.Ordinal);

        using CsvReader reader = (await CsvReader.OpenAsync(new MemoryStream(data), new() { MaxRowBytes = 200_000_000 }, TestContext.Current.CancellationToken)).Value!;
        Assert.True((await reader.ReadAsync(TestContext.Current.CancellationToken)).Value);
        Assert.Equal(100_000_000, ((TextColumn)reader.Batch.Columns[1]).Utf8(0).Length);
    }

    [Fact]
    public async Task A_hundred_thousand_columns_are_read_and_more_are_refused()
    {
        string header = string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"c{i}"));
        string row = string.Join(',', Enumerable.Range(0, 100_000));

        ReadResult read = await Read($"{header}\n{row}\n{row}\n{row}\n");
        Assert.Equal(3, read.Rows.Count);
        Assert.Equal(99_999L, read.Rows[2][^1]);
        Assert.Equal(FailureKind.TooLarge, (await Read($"{header},{header.Replace('c', 'd')}\n")).Failure?.Kind);
    }

    [Fact]
    public async Task Read_whole_a_column_has_one_kind_in_spite_of_rows_at_fault()
    {
        ReadResult read = await Read("a,b\n1,1\n2\n3,2.5\n", new() { Whole = true });

        Assert.Equal([[1L, 1.0], [3L, 2.5]], read.Rows);
        Assert.Equal(FailureKind.TooLarge, (await Read("a\n" + new string('1', 3_000_000), new() { Whole = true, MaxWholeBytes = 2_000_000 })).Failure?.Kind);
    }

    [Fact]
    public async Task The_text_of_a_row_is_what_stood_in_the_data()
    {
        using CsvReader reader = (await CsvReader.OpenAsync(new MemoryStream("a,b\n1,\"x\"\"y\"\r\n2,z"u8.ToArray()), CsvOptions.Default, TestContext.Current.CancellationToken)).Value!;
        Assert.True((await reader.ReadAsync(TestContext.Current.CancellationToken)).Value);

        Assert.Equal("1,\"x\"\"y\"", Encoding.UTF8.GetString(reader.RowText(0)));
        Assert.Equal("2,z", Encoding.UTF8.GetString(reader.RowText(1)));
    }

    [Theory]
    [InlineData("0.1")]
    [InlineData("123456.789")]
    [InlineData("9007199254740993")]
    [InlineData("0.30000000000000004")]
    [InlineData("1.7976931348623157e308")]
    [InlineData("4.9e-324")]
    [InlineData("2.2250738585072014e-308")]
    [InlineData("1e-400")]
    [InlineData("+5.25")]
    public async Task Every_number_is_the_nearest_double(string text)
    {
        ReadResult read = await Read($"a\n{text}\n", new() { Kinds = new Dictionary<string, ColumnKind> { ["a"] = ColumnKind.Real } });

        Assert.Equal(double.Parse(text, System.Globalization.CultureInfo.InvariantCulture), read.Rows[0][0]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public async Task Text_in_memory_is_read_without_a_byte_around_it(int after)
    {
        byte[] memory = Encoding.UTF8.GetBytes("9\n9,\"a\n1\n2\n-3.5" + new string('7', after));

        ReadResult read = await ReadResult.Of(async cancellation => (await CsvReader.OpenAsync(
            new MemoryStream(memory, 5, memory.Length - 5 - after, writable: false, publiclyVisible: true), CsvOptions.Default, cancellation)).Map<TableReader>(r => r));

        Assert.Equal([[1.0], [2.0], [-3.5]], read.Rows);
        Assert.Equal("9\n9,\"a\n1\n2\n-3.5" + new string('7', after), Encoding.UTF8.GetString(memory));
    }

    private static Task<ReadResult> Read(string text, CsvOptions? options = null) => Read(Encoding.UTF8.GetBytes(text), options);

    private static Task<ReadResult> Read(byte[] data, CsvOptions? options = null, int piece = int.MaxValue) =>
        ReadResult.Of(async cancellation => (await CsvReader.OpenAsync(new PieceStream(data, piece), options ?? CsvOptions.Default, cancellation)).Map<TableReader>(r => r));

    private static byte[] Gzip(byte[] data)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(data);
        return packed.ToArray();
    }
}
