using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Tidemark.Platform.Tabular.Sketches;

/// <summary>64 well mixed bits of a cell's value; equal values have equal hashes on every machine and in every process.</summary>
public static class ValueHash
{
    /// <param name="text">UTF-8 of the value.</param>
    public static ulong Of(ReadOnlySpan<byte> text)
    {
        ulong hash = 0;
        XxHash64.Hash(text, MemoryMarshal.AsBytes(new Span<ulong>(ref hash)));
        return hash;
    }

    /// <summary>-0 hashes as 0 and every NaN alike. The finaliser of SplitMix64 (Steele, Lea and Flood 2014), a bijection: no collisions.</summary>
    public static ulong Of(double value) => Mix(Bits(value));

    /// <summary>The bits of a number with one zero and one NaN.</summary>
    public static ulong Bits(double value) => BitConverter.DoubleToUInt64Bits(double.IsNaN(value) ? double.NaN : value + 0.0);

    public static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
