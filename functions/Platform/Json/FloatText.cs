using System.Buffers.Text;

namespace Tidemark.Platform.Json;

/// <summary>
/// Writes 32-bit numbers as the shortest text that reads back as the same number, for those of ordinary size several times faster than
/// <see cref="Utf8Formatter"/>, which writes the others. With up to nine digits all that is needed is exact in a double.
/// </summary>
internal static class FloatText
{
    /// <value>Most bytes that are written. 16.</value>
    public const int Longest = 16;

    private const float Smallest = 1e-4f, Largest = 1e4f; // between them no exponent is written, and 10^13 times a number is below 2^53
    private const int MostDigits = 9; // that two neighbouring floats never need more (IEEE 754, 24 bits)
    private const long Half = 1L << 28, Below = (1L << 29) - 1; // bits of a double below those of a float

    private static readonly double[] PowersOfTen = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13];

    /// <summary>Writes a finite number into at least 32 bytes; returns how many it took.</summary>
    public static int Write(float value, Span<byte> to)
    {
        float magnitude = Math.Abs(value);
        if (!(magnitude is >= Smallest and < Largest) || Digits(magnitude, out int places) is not (> 0 and var digits))
        {
            Utf8Formatter.TryFormat(value, to, out int written);
            return written;
        }

        int at = 0;
        if (value < 0)
            to[at++] = (byte)'-';
        (long whole, long fraction) = Math.DivRem(digits, (long)PowersOfTen[places]);
        Utf8Formatter.TryFormat(whole, to[at..], out int length);
        at += length;
        if (places == 0)
            return at;
        to[at++] = (byte)'.';
        for (int i = places - 1; i >= 0; i--)
        {
            (fraction, long digit) = Math.DivRem(fraction, 10);
            to[at + i] = (byte)('0' + digit);
        }

        return at + places;
    }

    /// <summary>The number times 10^<paramref name="places"/>, with as few digits as read back as the number; 0 when that can't be said here.</summary>
    private static long Digits(float value, out int places)
    {
        // The place of the first digit: 0.1 to 1 is 0, 0.01 to 0.1 is -1, 1 to 10 is 1.
        int first = value >= 1 ? value >= 100 ? value >= 1000 ? 4 : 3 : value >= 10 ? 2 : 1 : value >= 0.1f ? 0 : value >= 0.01f ? -1 : value >= 0.001f ? -2 : -3;
        places = MostDigits - first;
        long found = 0;
        for (int tried = MostDigits - 1 - first; tried >= 0; tried--)
        {
            long digits = Try(value, tried);
            if (digits == 0)
                break;
            (found, places) = (digits, tried);
        }

        return found != 0 ? found : Try(value, places);
    }

    private static long Try(float value, int places)
    {
        double power = PowersOfTen[places];
        long digits = (long)((value * power) + 0.5);
        double read = digits / power; // both exact, so that this is the double nearest to the text
        long beside = (BitConverter.DoubleToInt64Bits(read) & Below) - Half;
        return (float)read == value && beside is < -1 or > 1 ? digits : 0; // not between two floats: then whoever reads a float at once reads this one
    }
}
