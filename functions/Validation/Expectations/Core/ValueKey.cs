using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// 128-bit keys by which equal values are recognised: 1, 1.0 and true are equal as in Python, 1 and "1" are not. Two different values
/// share a key with a chance of about n²/2¹²⁹, so keys stand for values and a million distinct texts need 16 bytes each.
/// </summary>
internal static class ValueKey
{
    /// <summary>The key of every missing value.</summary>
    public static UInt128 Missing => UInt128.Zero;

    public static UInt128 At(Column column, int row) => column switch
    {
        _ when column.IsMissing(row) => Missing,
        TextColumn text => Of(text.Utf8(row)),
        IntegerColumn whole => Of(whole.Values[row]),
        RealColumn real => Of(real.Values[row]),
        BooleanColumn flag => Of(flag.Values[row] ? 1L : 0L),
        _ => Of(column.Cell(row)),
    };

    public static UInt128 Of(object? value) => value switch
    {
        null => Missing,
        long whole => Of(whole),
        double real => Of(real),
        bool flag => Of(flag ? 1L : 0L),
        string text => OfText(text),
        DateTime date => new UInt128(3, (ulong)date.Ticks),
        DateTimeOffset date => new UInt128(4, (ulong)date.UtcTicks),
        JsonElement element => Of(Encoding.UTF8.GetBytes(element.GetRawText())) ^ new UInt128(5, 0),
        object?[] cells => Of(cells),
        _ => throw new ArgumentException($"No key for {value.GetType().Name}."),
    };

    public static UInt128 Of(long whole) => new(1, (ulong)whole);

    public static UInt128 Of(double real) => real switch
    {
        double.NaN => Missing,
        >= long.MinValue and < long.MaxValue when real == Math.Truncate(real) => Of((long)real),
        _ => new UInt128(2, BitConverter.DoubleToUInt64Bits(real)),
    };

    public static UInt128 Of(ReadOnlySpan<byte> utf8)
    {
        Span<ulong> halves = stackalloc ulong[2];
        Span<byte> hash = MemoryMarshal.AsBytes(halves);
        XxHash64.Hash(utf8, hash, seed: 1);
        XxHash64.Hash(utf8, hash[8..], seed: 2);
        return new UInt128(halves[0], halves[1]);
    }

    /// <summary>The key of several cells together.</summary>
    public static UInt128 Of(ReadOnlySpan<UInt128> parts) => Of(MemoryMarshal.AsBytes(parts));

    private static UInt128 Of(object?[] cells)
    {
        var parts = new UInt128[cells.Length];
        for (int i = 0; i < cells.Length; i++)
            parts[i] = Of(cells[i]);
        return Of(parts);
    }

    private static UInt128 OfText(string text)
    {
        Span<byte> utf8 = text.Length <= 170 ? stackalloc byte[512] : new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        return Of(utf8[..Encoding.UTF8.GetBytes(text, utf8)]);
    }
}
