using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Tidemark.Platform.Tabular.Readers;

/// <summary>Reads the text of a cell as a value, as pandas does. No method allocates.</summary>
internal static class CellText
{
    private const ulong ExactInDouble = 1UL << 53;

    private static readonly SearchValues<byte> Signed = SearchValues.Create("+-0123456789"u8);
    private static readonly SearchValues<byte> Numeric = SearchValues.Create("+-0123456789eE. "u8);
    private static readonly SearchValues<byte> Grouped = SearchValues.Create("0123456789. "u8);

    /// <summary>10^0 … 10^22, the powers of ten that a double holds exactly (Clinger 1990: one rounding, hence the nearest double).</summary>
    private static readonly double[] PowersOfTen =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];

    /// <summary>Per <see cref="Shape"/> of a short number: which byte of it goes to which of 16 places, its last digit to the last of them.</summary>
    private static readonly byte[] Alignments = [.. Shapes().SelectMany(shape => Alignment(shape.Length, shape.Point))];

    /// <summary>Per <see cref="Shape"/> of a short number: the power of ten that its digits are to be divided by.</summary>
    private static readonly double[] Divisors = [.. Shapes().Select(shape => PowersOfTen[Math.Max(0, shape.Length - 1 - shape.Point)])];

    /// <summary>Empty, or one of the words that pandas.read_csv takes for a missing value.</summary>
    public static bool IsMissing(ReadOnlySpan<byte> text) => text.Length switch
    {
        0 => true,
        2 => text.SequenceEqual("NA"u8),
        3 => text.SequenceEqual("NaN"u8) || text.SequenceEqual("nan"u8) || text.SequenceEqual("N/A"u8) || text.SequenceEqual("n/a"u8)
            || text.SequenceEqual("#NA"u8),
        4 => text.SequenceEqual("NULL"u8) || text.SequenceEqual("null"u8) || text.SequenceEqual("None"u8) || text.SequenceEqual("#N/A"u8)
            || text.SequenceEqual("<NA>"u8) || text.SequenceEqual("-NaN"u8) || text.SequenceEqual("-nan"u8),
        6 => text.SequenceEqual("1.#IND"u8),
        7 => text.SequenceEqual("1.#QNAN"u8) || text.SequenceEqual("-1.#IND"u8),
        8 => text.SequenceEqual("-1.#QNAN"u8) || text.SequenceEqual("#N/A N/A"u8),
        _ => false,
    };

    public static bool TryBoolean(ReadOnlySpan<byte> text, out bool value)
    {
        value = text.Length == 4;
        return value
            ? text.SequenceEqual("True"u8) || text.SequenceEqual("true"u8) || text.SequenceEqual("TRUE"u8)
            : text.SequenceEqual("False"u8) || text.SequenceEqual("false"u8) || text.SequenceEqual("FALSE"u8);
    }

    /// <summary>Digits with a sign; blanks around them are allowed.</summary>
    public static bool TryInteger(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        int i = text.Length > 0 && text[0] is (byte)'-' or (byte)'+' ? 1 : 0;
        if (text.Length == i || text.Length - i > 18)
            return TryRareInteger(text, out value);
        for (int at = i; at < text.Length; at++)
        {
            uint digit = (uint)(text[at] - '0');
            if (digit > 9)
                return TryRareInteger(text, out value);
            value = value * 10 + digit;
        }
        if (text[0] == '-')
            value = -value;
        return true;
    }

    /// <summary>
    /// A decimal number, nearest double, or inf/infinity with a sign in any case; blanks around are allowed. A number too large comes out as an
    /// infinity: see <see cref="IsOutOfRange"/>.
    /// </summary>
    public static bool TryReal(ReadOnlySpan<byte> text, out double value)
    {
        int i = 0, length = text.Length;
        bool negative = length > 0 && text[0] == '-';
        if (negative)
            i++;
        int first = i;
        ulong digits = 0;
        while (i < length && (uint)(text[i] - '0') <= 9)
            digits = digits * 10 + (uint)(text[i++] - '0');
        int count = i - first, fraction = 0;
        if (i < length && text[i] == '.')
        {
            int point = ++i;
            while (i < length && (uint)(text[i] - '0') <= 9)
                digits = digits * 10 + (uint)(text[i++] - '0');
            fraction = i - point;
        }
        if (i != length || count + fraction is 0 or > 19 || digits > ExactInDouble)
            return TryRareReal(text, out value);
        double magnitude = digits / PowersOfTen[fraction];
        value = negative ? -magnitude : magnitude;
        return true;
    }

    /// <summary>
    /// The same for a short plain number, all of its digits at once and without a branch on what they are: sign, up to 16 characters, of which one
    /// may be a point. False for anything else, which may still be a number. At least 17 bytes can be read from <paramref name="first"/> on.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryShortReal(ref byte first, int length, out double value)
    {
        uint sign = first == '-' ? 1u : 0;
        length -= (int)sign;
        if ((uint)(length - 1) >= Vector128<byte>.Count)
        {
            value = 0;
            return false;
        }

        Vector128<byte> text = Vector128.LoadUnsafe(ref first, sign);
        uint points = Vector128.Equals(text, Vector128.Create((byte)'.')).ExtractMostSignificantBits() & ((1u << length) - 1);
        nuint shape = Shape(length, BitOperations.TrailingZeroCount(points | 1u << Vector128<byte>.Count));
        Vector128<byte> from = Vector128.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(Alignments), shape * (nuint)Vector128<byte>.Count);
        Vector128<byte> aligned = Vector128.ShuffleNative(text - Vector128.Create((byte)'0'), from); // 0xFF gives 0 on any processor
        ulong mantissa = Sixteen(aligned);
        double magnitude = (long)mantissa / Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Divisors), shape);
        value = BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(magnitude) | (long)sign << 63);
        return mantissa <= ExactInDouble && Vector128.SubtractSaturate(aligned, Vector128.Create((byte)9)) == Vector128<byte>.Zero;
    }

    /// <summary>True for a number in digits (not the word inf) that no double holds.</summary>
    public static bool IsOutOfRange(ReadOnlySpan<byte> text, double value) => double.IsInfinity(value) && text.IndexOfAnyInRange((byte)'0', (byte)'9') >= 0;

    /// <summary>Nothing but digits and signs.</summary>
    public static bool IsDigits(ReadOnlySpan<byte> text) => !text.ContainsAnyExcept(Signed);

    /// <summary>Nothing but what numbers are written with.</summary>
    public static bool IsNumeric(ReadOnlySpan<byte> text) => !text.ContainsAnyExcept(Numeric);

    /// <summary>Digits, perhaps in groups of three with points or blanks, a comma, digits: 3,14 or 1.234,50.</summary>
    public static bool HasDecimalComma(ReadOnlySpan<byte> text)
    {
        int comma = text.IndexOf((byte)',');
        ReadOnlySpan<byte> whole = text[..Math.Max(comma, 0)].TrimStart("+-"u8);
        return comma > 0 && whole.Length > 0 && comma + 1 < text.Length
            && !text[(comma + 1)..].ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && !whole.ContainsAnyExcept(Grouped) && whole[0] is not ((byte)'.' or (byte)' ');
    }

    /// <summary>Sixteen digits, 0 to 9 each, the first in the lowest byte: pairs, then fours, then eights, by multiplying neighbours and adding them.</summary>
    private static ulong Sixteen(Vector128<byte> digits)
    {
        if (!Sse41.IsSupported)
            return (Eight(digits.AsUInt64()[0]) * 100_000_000) + Eight(digits.AsUInt64()[1]);
        Vector128<short> pairs = Ssse3.MultiplyAddAdjacent(digits, Vector128.Create((ushort)0x010A).AsSByte());
        Vector128<int> fours = Sse2.MultiplyAddAdjacent(pairs, Vector128.Create(0x0001_0064).AsInt16());
        Vector128<short> packed = Sse41.PackUnsignedSaturate(fours, fours).AsInt16();
        ulong eights = Sse2.MultiplyAddAdjacent(packed, Vector128.Create(0x0001_2710).AsInt16()).AsUInt64()[0];
        return ((uint)eights * 100_000_000UL) + (eights >> 32);
    }

    /// <summary>Eight digits, 0 to 9 each, the first in the lowest byte: pairs, then fours, then all, each by one multiplication.</summary>
    private static ulong Eight(ulong eight)
    {
        eight = (eight * 10) + (eight >> 8);
        ulong outer = (eight & 0x000000FF000000FF) * 0x000F424000000064;
        ulong inner = (eight >> 16 & 0x000000FF000000FF) * 0x0000271000000001;
        return outer + inner >> 32;
    }

    /// <summary>Number of a short number's shape.</summary>
    /// <param name="length">Its length without the sign, 1 to 16.</param>
    /// <param name="point">Place of its point; 16 when it has none.</param>
    private static nuint Shape(int length, int point) => (nuint)(uint)((length * (Vector128<byte>.Count + 1)) + point);

    private static IEnumerable<(int Length, int Point)> Shapes() =>
        from length in Enumerable.Range(0, Vector128<byte>.Count + 1) from point in Enumerable.Range(0, Vector128<byte>.Count + 1) select (length, point);

    /// <summary>A point alone goes where a digit is wanted, so that it is refused.</summary>
    private static IEnumerable<byte> Alignment(int length, int point)
    {
        int[] digits = [.. Enumerable.Range(0, length).Where(at => at != point || length == 1)];
        return [.. Enumerable.Repeat((byte)0xFF, Vector128<byte>.Count - digits.Length), .. digits.Select(at => (byte)at)];
    }

    private static bool TryRareInteger(ReadOnlySpan<byte> text, out long value) =>
        long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out value);

    private static bool TryRareReal(ReadOnlySpan<byte> text, out double value)
    {
        ReadOnlySpan<byte> trimmed = text.Trim(" \t"u8);
        ReadOnlySpan<byte> unsigned = trimmed is [(byte)'-' or (byte)'+', ..] ? trimmed[1..] : trimmed;
        if (unsigned is [>= (byte)'0' and <= (byte)'9' or (byte)'.', ..])
            return double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
        bool infinite = System.Text.Ascii.EqualsIgnoreCase(unsigned, "inf"u8) || System.Text.Ascii.EqualsIgnoreCase(unsigned, "infinity"u8);
        value = !infinite ? 0 : trimmed[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        return infinite;
    }
}
