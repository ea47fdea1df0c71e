using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace Tidemark.Platform.Json;

/// <summary>
/// Reads numbers of the JSON grammar into floats, correctly rounded: always what <see cref="float.Parse(string)"/> gives.
/// Ordinary numbers go through one double operation with an exact power of ten, which is right unless the result lies within its
/// error of the middle between two floats; those, and numbers of more than 19 digits, go to the library's parser.
/// </summary>
internal static class JsonNumber
{
    private const int MostDigits = 19; // what an unsigned 64-bit integer holds whatever the digits are

    private static ReadOnlySpan<double> PowersOfTen =>
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    /// <summary>The length of the JSON number at the start of <paramref name="text"/>; 0 when there is none or no finite float is near it.</summary>
    public static int Read(ReadOnlySpan<byte> text, out float value)
    {
        value = 0;
        int at = 0;
        bool negative = text.Length > 0 && text[0] == (byte)'-';
        if (negative) at = 1;

        ulong mantissa = 0;
        int first = at;
        at = Digits(text, at, ref mantissa);
        int digits = at - first;
        if (digits == 0 || (digits > 1 && text[first] == (byte)'0')) return 0;

        int exponent = 0;
        if ((uint)at < (uint)text.Length && text[at] == (byte)'.')
        {
            int fraction = ++at;
            at = Digits(text, at, ref mantissa);
            if (at == fraction) return 0;
            exponent = fraction - at;
            digits -= exponent;
        }

        if ((uint)at < (uint)text.Length && (text[at] | 0x20) == 'e')
        {
            at = Exponent(text, at + 1, ref exponent);
            if (at == 0) return 0;
        }

        if (digits > MostDigits || !TryRound(mantissa, exponent, out value)) return Slow(text, at, out value);
        if (negative) value = -value;
        return at;
    }

    /// <summary>
    /// Reads an array of exactly <c>values.Length</c> numbers, flat or as rows of <paramref name="row"/> numbers each. Returns the length of
    /// its text, or 0 when it is anything else (the caller then finds out what with a slower reader).
    /// </summary>
    public static int ReadArray(ReadOnlySpan<byte> json, Span<float> values, int row)
    {
        int at = Blank(json, 0);
        if (!Is(json, at, '[')) return 0;
        at = Blank(json, at + 1);
        if (!Is(json, at, '[')) return Numbers(json, at, values);
        if (row <= 0) return 0;

        for (int start = 0; start < values.Length; start += row)
        {
            if (start > 0)
            {
                if (!Is(json, at, ',')) return 0;
                at = Blank(json, at + 1);
            }

            if (!Is(json, at, '[') || row > values.Length - start) return 0;
            at = Numbers(json, Blank(json, at + 1), values.Slice(start, row));
            if (at == 0) return 0;
            at = Blank(json, at);
        }

        return Is(json, at, ']') ? at + 1 : 0;
    }

    /// <summary>Numbers up to and with the closing bracket; the index after it, or 0.</summary>
    private static int Numbers(ReadOnlySpan<byte> json, int at, Span<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0)
            {
                if (!Is(json, at, ',')) return 0;
                at = Blank(json, at + 1);
            }

            if ((uint)at >= (uint)json.Length) return 0;
            int length = Read(json[at..], out values[i]);
            if (length == 0) return 0;
            at = Blank(json, at + length);
        }

        return Is(json, at, ']') ? at + 1 : 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Is(ReadOnlySpan<byte> json, int at, char token) => (uint)at < (uint)json.Length && json[at] == (byte)token;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Blank(ReadOnlySpan<byte> json, int at)
    {
        while ((uint)at < (uint)json.Length && json[at] <= (byte)' ' && json[at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') at++;
        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Digits(ReadOnlySpan<byte> text, int at, ref ulong mantissa)
    {
        while (text.Length - at >= 8)
        {
            ulong eight = BinaryPrimitives.ReadUInt64LittleEndian(text[at..]);
            if (!AreDigits(eight)) break;
            mantissa = (mantissa * 100_000_000) + Eight(eight);
            at += 8;
        }

        uint digit;
        while ((uint)at < (uint)text.Length && (digit = (uint)(text[at] - '0')) <= 9)
        {
            mantissa = (mantissa * 10) + digit;
            at++;
        }

        return at;
    }

    /// <summary>Whether all eight bytes are '0' to '9'.</summary>
    private static bool AreDigits(ulong eight) =>
        (((eight + 0x4646464646464646UL) | (eight - 0x3030303030303030UL)) & 0x8080808080808080UL) == 0;

    /// <summary>Eight decimal digits as a number: pairs, then fours, then all, each by one multiplication.</summary>
    private static ulong Eight(ulong eight)
    {
        eight -= 0x3030303030303030UL;
        eight = (eight * 10) + (eight >> 8);
        ulong outer = (eight & 0x000000FF000000FFUL) * 0x000F424000000064UL;
        ulong inner = ((eight >> 16) & 0x000000FF000000FFUL) * 0x0000271000000001UL;
        return (outer + inner) >> 32;
    }

    /// <summary>Adds the exponent's digits to <paramref name="exponent"/>; the index after them, or 0 when there are none.</summary>
    private static int Exponent(ReadOnlySpan<byte> text, int at, ref int exponent)
    {
        bool negative = false;
        if ((uint)at < (uint)text.Length && text[at] is (byte)'-' or (byte)'+')
        {
            negative = text[at] == (byte)'-';
            at++;
        }

        int first = at, size = 0;
        while ((uint)at < (uint)text.Length && (uint)(text[at] - '0') <= 9)
        {
            if (size < 100_000) size = (size * 10) + (text[at] - '0');
            at++;
        }

        exponent += negative ? -size : size;
        return at == first ? 0 : at;
    }

    /// <summary>The float nearest to mantissa · 10^exponent; false when a double cannot tell or the float would not be normal.</summary>
    private static bool TryRound(ulong mantissa, int exponent, out float value)
    {
        value = 0;
        if (mantissa == 0) return true;
        if ((uint)(exponent + 22) > 44u) return false;

        double near = mantissa;
        near = exponent < 0 ? near / PowersOfTen[-exponent] : near * PowersOfTen[exponent];
        // The double is off by at most 2 units in its last place: the 29 bits that a float drops must not be that close to one half.
        uint dropped = (uint)BitConverter.DoubleToUInt64Bits(near) & 0x1FFF_FFFF;
        if (dropped - 0x0FFF_FFFCu <= 8u || near is < 1.2e-38 or > 3.4e38) return false;

        value = (float)near;
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Slow(ReadOnlySpan<byte> text, int length, out float value) =>
        Utf8Parser.TryParse(text[..length], out value, out int used) && used == length && float.IsFinite(value) ? length : 0;
}
