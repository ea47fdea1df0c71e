using System.Numerics;
using System.Runtime.InteropServices;

namespace Tidemark.Drift.Statistics;

/// <summary>
/// Sorts numbers by the bits of their floating-point form: a least-significant-digit radix sort (Knuth, The Art of Computer Programming 3,
/// 5.2.5) over the leading bits that differ, then insertion where those bits were equal. Keys of equal order as the numbers: Terdiman,
/// "Radix Sort Revisited" (2000).
/// </summary>
public static class FloatSort
{
    private const int DigitBits = 11;
    private const int Buckets = 1 << DigitBits;
    private const int Passes = 3;

    /// <summary>Below this the comparison sort of the library is faster.</summary>
    private const int Few = 2048;

    /// <summary>A run of numbers with equal leading bits longer than this goes to the comparison sort, so that no data takes quadratic time.</summary>
    private const int LongRun = 24;

    /// <summary>Sorts ascending, in place.</summary>
    /// <param name="values">Numbers other than NaN; -0 becomes 0.</param>
    /// <param name="scratch">As long as the values; its content is lost.</param>
    public static void Ascending(Span<double> values, Span<double> scratch)
    {
        if (values.Length < Few)
        {
            foreach (ref double value in values)
                value += 0.0;
            values.Sort();
            return;
        }

        Span<ulong> keys = MemoryMarshal.Cast<double, ulong>(values), spare = MemoryMarshal.Cast<double, ulong>(scratch[..values.Length]);
        (ulong low, ulong high) = ToKeys(values, keys);
        int bits = 64 - BitOperations.LeadingZeroCount(high - low), shift = Math.Max(0, bits - Passes * DigitBits);
        Span<int> counts = new int[Passes * Buckets];
        Count(keys, low, shift, counts);
        for (int pass = 0; pass * DigitBits < bits - shift; pass++)
        {
            Span<int> digits = counts.Slice(pass * Buckets, Buckets);
            if (digits.Contains(keys.Length))
                continue;
            Scatter(keys, spare, low, shift + pass * DigitBits, digits);
            Span<ulong> sorted = spare;
            spare = keys;
            keys = sorted;
        }

        if (shift > 0)
            Settle(keys, low, shift);
        ToValues(keys, values);
    }

    private static (ulong Low, ulong High) ToKeys(ReadOnlySpan<double> values, Span<ulong> keys)
    {
        ulong low = ulong.MaxValue, high = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            long bits = BitConverter.DoubleToInt64Bits(values[i] + 0.0);
            ulong key = (ulong)(bits ^ ((bits >> 63) | long.MinValue));
            keys[i] = key;
            low = Math.Min(low, key);
            high = Math.Max(high, key);
        }
        return (low, high);
    }

    private static void Count(ReadOnlySpan<ulong> keys, ulong low, int shift, Span<int> counts)
    {
        Span<int> first = counts[..Buckets], second = counts.Slice(Buckets, Buckets), third = counts.Slice(2 * Buckets, Buckets);
        foreach (ulong key in keys)
        {
            ulong digits = (key - low) >> shift;
            first[(int)(digits & (Buckets - 1))]++;
            second[(int)((digits >> DigitBits) & (Buckets - 1))]++;
            third[(int)((digits >> (2 * DigitBits)) & (Buckets - 1))]++;
        }
    }

    private static void Scatter(ReadOnlySpan<ulong> from, Span<ulong> to, ulong low, int shift, Span<int> counts)
    {
        int start = 0;
        foreach (ref int count in counts)
            (start, count) = (start + count, start);
        foreach (ulong key in from)
            to[counts[(int)((key - low) >> shift) & (Buckets - 1)]++] = key;
    }

    /// <summary>Orders neighbours whose leading bits are equal.</summary>
    private static void Settle(Span<ulong> keys, ulong low, int shift)
    {
        for (int i = 1; i < keys.Length; i++)
        {
            if (keys[i] >= keys[i - 1])
                continue;
            ulong lead = (keys[i] - low) >> shift;
            int start = i - 1, end = i + 1;
            while (start > 0 && (keys[start - 1] - low) >> shift == lead)
                start--;
            while (end < keys.Length && (keys[end] - low) >> shift == lead)
                end++;
            Order(keys[start..end]);
            i = end - 1;
        }
    }

    private static void Order(Span<ulong> run)
    {
        if (run.Length > LongRun)
        {
            run.Sort();
            return;
        }
        for (int i = 1; i < run.Length; i++)
        {
            ulong key = run[i];
            int place = i;
            for (; place > 0 && run[place - 1] > key; place--)
                run[place] = run[place - 1];
            run[place] = key;
        }
    }

    private static void ToValues(ReadOnlySpan<ulong> keys, Span<double> values)
    {
        for (int i = 0; i < keys.Length; i++)
        {
            long bits = (long)keys[i];
            values[i] = BitConverter.Int64BitsToDouble(bits ^ (~(bits >> 63) | long.MinValue));
        }
    }
}
