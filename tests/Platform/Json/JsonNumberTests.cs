using System.Globalization;
using System.Text;
using Tidemark.Platform.Json;
using Xunit;

namespace Tidemark.Tests.Platform.Json;

public class JsonNumberTests
{
    private static void Same(string text)
    {
        byte[] utf8 = Encoding.ASCII.GetBytes(text + ",");
        float expected = float.Parse(text, CultureInfo.InvariantCulture);
        int length = JsonNumber.Read(utf8, out float value);
        if (float.IsInfinity(expected))
        {
            Assert.Equal(0, length);
            return;
        }

        Assert.Equal(text.Length, length);
        Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(value));
    }

    [Theory]
    [InlineData("0"), InlineData("-0"), InlineData("0.0"), InlineData("1"), InlineData("-1"), InlineData("10"), InlineData("12345678"), InlineData("123456789")]
    [InlineData("0.1"), InlineData("0.12345678"), InlineData("3.4028235e38"), InlineData("3.4028236e38"), InlineData("1e39"), InlineData("-1E+39"), InlineData("1e400")]
    [InlineData("1.1754944e-38"), InlineData("1.17549435E-38"), InlineData("1e-45"), InlineData("7e-46"), InlineData("1e-400"), InlineData("16777217"), InlineData("16777217.000000001")]
    [InlineData("9007199791611905"), InlineData("0.000000000000000000000000000000000000011754943508222875"), InlineData("123456789012345678901234567890"), InlineData("1e22"), InlineData("1e-22")]
    public void Reads_what_float_parse_reads(string text) => Same(text);

    [Fact]
    public void Reads_every_float_back_from_its_shortest_text()
    {
        var random = new Random(7);
        for (int i = 0; i < 200_000; i++)
        {
            float value = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            if (float.IsFinite(value)) Same(value.ToString("R", CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public void Rounds_doubles_and_midpoints_as_float_parse_does()
    {
        var random = new Random(8);
        for (int i = 0; i < 200_000; i++)
        {
            Same((random.NextDouble() * Math.Pow(10, random.Next(-12, 12))).ToString("R", CultureInfo.InvariantCulture));

            // The exact middle of two neighbouring floats and its neighbours: where a second rounding would go wrong.
            float low = BitConverter.Int32BitsToSingle(random.Next(0x30000000, 0x4F000000));
            double middle = ((double)low + BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(low) + 1)) / 2;
            Same(middle.ToString("R", CultureInfo.InvariantCulture));
            Same(Math.BitIncrement(middle).ToString("R", CultureInfo.InvariantCulture));
            Same(Math.BitDecrement(middle).ToString("R", CultureInfo.InvariantCulture));
            Same(middle.ToString("E25", CultureInfo.InvariantCulture).Replace("E", "1E", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(""), InlineData("-"), InlineData("+1"), InlineData(".5"), InlineData("-.5"), InlineData("NaN"), InlineData("Infinity"), InlineData("-Infinity")]
    [InlineData("01"), InlineData("-01"), InlineData("1."), InlineData("1.e5"), InlineData("1e"), InlineData("1e+"), InlineData("abc")]
    public void Refuses_what_is_no_json_number(string text) => Assert.Equal(0, JsonNumber.Read(Encoding.ASCII.GetBytes(text), out _));

    [Theory]
    [InlineData("[1,2,3,4]", 0), InlineData(" [ 1 , 2 ,\r\n\t3, 4 ]", 0), InlineData("[[1,2],[3,4]]", 2), InlineData("[ [1, 2] , [3 ,4 ] ]", 2), InlineData("[[1],[2],[3],[4]]", 1)]
    public void Reads_flat_and_nested_arrays(string json, int row)
    {
        float[] values = new float[4];
        Assert.Equal(json.Length, JsonNumber.ReadArray(Encoding.ASCII.GetBytes(json + " , 7"), values, row));
        Assert.Equal([1f, 2f, 3f, 4f], values);
    }

    [Theory]
    [InlineData("[1,2,3]", 0), InlineData("[1,2,3,4,5]", 0), InlineData("[1,2,3,4", 0), InlineData("[1,2,3,4,]", 0), InlineData("[1,2,,3,4]", 0), InlineData("[1 2,3,4]", 0)]
    [InlineData("[[1,2,3],[4]]", 2), InlineData("[[1,2],[3,4]", 2), InlineData("[[1,2],[3,4],[5,6]]", 2), InlineData("[[1,2][3,4]]", 2), InlineData("[[1,2],3,4]", 2), InlineData("[[1,2],[3,4]]", 0)]
    [InlineData("[1,null,3,4]", 0), InlineData("[1,\"2\",3,4]", 0), InlineData("[1,NaN,3,4]", 0), InlineData("[]", 0), InlineData("", 0), InlineData("[[1,2],[3,4]]", 3)]
    public void Leaves_anything_else_to_the_slower_reader(string json, int row) =>
        Assert.Equal(0, JsonNumber.ReadArray(Encoding.ASCII.GetBytes(json), new float[4], row));
}
