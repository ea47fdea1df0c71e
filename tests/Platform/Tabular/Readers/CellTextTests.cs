using System.Globalization;
using System.Text;
using Tidemark.Platform.Tabular.Readers;
using Xunit;

namespace Tidemark.Tests.Platform.Tabular.Readers;

/// <summary>The reader of short numbers gives the nearest double, bit for bit, or leaves the cell to the ordinary one.</summary>
public sealed class CellTextTests
{
    [Fact]
    public void Short_numbers_are_read_as_the_library_reads_them()
    {
        var random = new Random(7);
        for (int i = 0; i < 200_000; i++)
        {
            string digits = random.NextInt64((long)Math.Pow(10, random.Next(1, 17))).ToString($"D{random.Next(1, 17)}", CultureInfo.InvariantCulture);
            int point = random.Next(-3, digits.Length + 1);
            string text = (random.Next(2) == 0 ? "-" : "") + (point < 0 ? digits : digits.Insert(point, "."));

            bool read = TryShort(text, out double value);

            if (read) Assert.Equal(BitConverter.DoubleToInt64Bits(double.Parse(text, CultureInfo.InvariantCulture)), BitConverter.DoubleToInt64Bits(value));
            else Assert.True(digits.Length + (point < 0 ? 0 : 1) > 16 || long.Parse(digits, CultureInfo.InvariantCulture) > 1L << 53, $"'{text}' is a short plain number.");
        }
    }

    [Theory]
    [InlineData("-0", "-0")]
    [InlineData(".5", "0.5")]
    [InlineData("5.", "5")]
    [InlineData("-.25", "-0.25")]
    [InlineData("9007199254740992", "9007199254740992")]
    public void Plain_numbers_at_the_edge_are_read(string text, string number)
    {
        Assert.True(TryShort(text, out double value));
        Assert.Equal(BitConverter.DoubleToInt64Bits(double.Parse(number, CultureInfo.InvariantCulture)), BitConverter.DoubleToInt64Bits(value));
    }

    [Theory]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("-.")]
    [InlineData("1.2.3")]
    [InlineData("1..")]
    [InlineData("1e5")]
    [InlineData("--1")]
    [InlineData("1-")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1:")]
    [InlineData("1/2")]
    [InlineData("12345678901234567")]
    [InlineData("9007199254740993")]
    [InlineData("NaN")]
    [InlineData("é")]
    public void Anything_else_is_left_alone(string text) => Assert.False(TryShort(text, out _));

    /// <summary>Among bytes that would change the number if they were taken for its own.</summary>
    private static bool TryShort(string text, out double value)
    {
        byte[] bytes = Encoding.UTF8.GetBytes($"77{text},.5678901234567890123456");
        return CellText.TryShortReal(ref bytes[2], Encoding.UTF8.GetByteCount(text), out value);
    }
}
