using System.Globalization;
using System.Text;
using Tidemark.Platform.Json;
using Xunit;

namespace Tidemark.Tests.Platform.Json;

public class FloatTextTests
{
    [Theory]
    [InlineData(0f), InlineData(1f), InlineData(-1f), InlineData(0.5f), InlineData(0.1f), InlineData(0.3f), InlineData(100f), InlineData(9999f), InlineData(9999.9995f)]
    [InlineData(10000f), InlineData(0.0001f), InlineData(0.00009999999f), InlineData(1e-10f), InlineData(16777216f), InlineData(float.MaxValue), InlineData(float.Epsilon)]
    [InlineData(0.99999994f), InlineData(1.0000001f), InlineData(0.01f), InlineData(0.001f), InlineData(0.099999994f), InlineData(123.456f), InlineData(-9.5f)]
    public void Writes_what_the_library_writes(float value) => Assert.Equal(value.ToString("R", CultureInfo.InvariantCulture), Written(value));

    [Fact]
    public void Every_number_is_as_short_as_the_library_s_and_reads_back_as_the_same_float_and_double()
    {
        var random = new Random(11);
        for (int i = 0; i < 300_000; i++)
        {
            float value = i % 3 == 0 ? random.NextSingle() : i % 3 == 1 ? (float)Math.Pow(10, (random.NextDouble() * 9) - 4.5) : BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            if (!float.IsFinite(value)) continue;
            string text = Written(value);
            Assert.Equal(value, float.Parse(text, CultureInfo.InvariantCulture));
            Assert.Equal(value, (float)double.Parse(text, CultureInfo.InvariantCulture));
            Assert.True(text.Length == value.ToString("R", CultureInfo.InvariantCulture).Length, $"{text} for {value:R}");
        }
    }

    private static string Written(float value)
    {
        Span<byte> to = stackalloc byte[32];
        return Encoding.ASCII.GetString(to[..FloatText.Write(value, to)]);
    }
}
