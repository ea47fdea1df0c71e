using System.Text;
using System.Text.Json.Serialization;

namespace Tidemark.Platform.Tabular.Sketches;

/// <summary>
/// The most frequent values of a stream in bounded memory, mergeable: counters in the manner of Misra and Gries (1982), which keep the same
/// information as Space-Saving (Agarwal, Cormode et al., "Mergeable Summaries", PODS 2012). When 2 c counters are in use, the (c + 1)th
/// largest count is taken off all of them and those left without a count go.
/// </summary>
/// <remarks>
/// A count is never above the true one and falls short of it by at most <see cref="Error"/> &lt;= n / (c + 1) after n values, however the
/// stream was cut and merged. Up to c distinct values (often more) nothing is ever taken off: the counts are exact.
/// Values are told apart by 64-bit hashes; texts longer than 128 bytes are shown by their beginning.
/// </remarks>
public sealed class FrequentValues
{
    public const int DefaultCounters = 256;
    private const int LongestText = 128;

    private readonly int counters;
    private ulong[] keys = new ulong[16];
    private long[] counts = new long[16];
    private Range[] texts = new Range[16];
    private byte[] arena = [];
    private int arenaUsed;

    public FrequentValues(int counters = DefaultCounters)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(counters, 1);
        this.counters = counters;
    }

    /// <summary>Number of values added, repeats included.</summary>
    public long Total { get; private set; }

    /// <summary>What any count may fall short by, and the largest count that a value not listed may have.</summary>
    public long Error { get; private set; }

    public bool IsExact => Error == 0;

    /// <summary>Number of values listed.</summary>
    public int Listed { get; private set; }

    /// <summary>Counts a text. Allocates only while the store of texts grows.</summary>
    /// <param name="utf8">The value.</param>
    /// <param name="hash"><see cref="ValueHash"/> of the value.</param>
    /// <param name="times">How often it came.</param>
    public void Add(ReadOnlySpan<byte> utf8, ulong hash, long times = 1)
    {
        int slot = Slot(hash);
        if (counts[slot] == 0)
            texts[slot] = Keep(utf8);
        Count(slot, hash, times);
    }

    /// <summary>Counts a number; -0 is 0, every NaN the same.</summary>
    public void Add(double value, long times = 1)
    {
        ulong key = ValueHash.Bits(value);
        Count(Slot(key), key, times);
    }

    public void Merge(FrequentValues other)
    {
        long total = Total + other.Total;
        for (int slot = 0; slot < other.keys.Length; slot++)
        {
            if (other.counts[slot] > 0)
                Add(other.arena.AsSpan(other.texts[slot]), other.keys[slot], other.counts[slot]);
        }
        Error += other.Error;
        Total = total;
    }

    /// <summary>The listed values, most frequent first, equal counts in the order of their keys or texts.</summary>
    public IReadOnlyList<FrequentValue> Values() =>
        [.. Enumerable.Range(0, keys.Length).Where(slot => counts[slot] > 0)
            .Select(slot => new FrequentValue(keys[slot], Encoding.UTF8.GetString(arena.AsSpan(texts[slot])), counts[slot]))
            .OrderByDescending(v => v.Count).ThenBy(v => v.Text, StringComparer.Ordinal).ThenBy(v => v.Number)];

    /// <summary>The counters as plain data, to be stored and given back to <see cref="From"/>.</summary>
    public FrequentState State => new(counters, Total, Error, Values());

    public static FrequentValues From(FrequentState state)
    {
        var values = new FrequentValues(state.Counters);
        foreach (FrequentValue value in state.Values)
            values.Add(Encoding.UTF8.GetBytes(value.Text), value.Key, value.Count);
        (values.Total, values.Error) = (state.Total, state.Error);
        return values;
    }

    private int Slot(ulong key)
    {
        int mask = keys.Length - 1, slot = (int)ValueHash.Mix(key) & mask;
        while (counts[slot] != 0 && keys[slot] != key)
            slot = (slot + 1) & mask;
        return slot;
    }

    private void Count(int slot, ulong key, long times)
    {
        Total += times;
        if (counts[slot] == 0)
        {
            keys[slot] = key;
            Listed++;
        }
        counts[slot] += times;
        if (Listed > 2 * counters)
            TakeOff();
        else if (2 * Listed > keys.Length)
            Rebuild(2 * keys.Length, 0);
    }

    private Range Keep(ReadOnlySpan<byte> utf8)
    {
        ReadOnlySpan<byte> shown = utf8;
        if (utf8.Length > LongestText)
        {
            int end = LongestText;
            while ((utf8[end] & 0xC0) == 0x80)
                end--;
            shown = utf8[..end];
        }
        if (arenaUsed + shown.Length > arena.Length)
            Array.Resize(ref arena, Math.Max(arenaUsed + shown.Length, Math.Max(256, 2 * arena.Length)));
        shown.CopyTo(arena.AsSpan(arenaUsed));
        arenaUsed += shown.Length;
        return (arenaUsed - shown.Length)..arenaUsed;
    }

    private void TakeOff()
    {
        long[] order = [.. counts];
        order.AsSpan().Sort();
        long less = order[^(counters + 1)];
        Error += less;
        Rebuild(keys.Length, less);
    }

    /// <summary>Moves the counters into new slots; those of at most <paramref name="less"/> go, the others lose as much.</summary>
    private void Rebuild(int slots, long less)
    {
        (ulong[] oldKeys, long[] oldCounts, Range[] oldTexts, byte[] oldArena) = (keys, counts, texts, arena);
        (keys, counts, texts, arena) = (new ulong[slots], new long[slots], new Range[slots], new byte[arena.Length]);
        (arenaUsed, Listed) = (0, 0);
        for (int old = 0; old < oldKeys.Length; old++)
        {
            if (oldCounts[old] <= less)
                continue;
            int slot = Slot(oldKeys[old]);
            texts[slot] = Keep(oldArena.AsSpan(oldTexts[old]));
            (keys[slot], counts[slot]) = (oldKeys[old], oldCounts[old] - less);
            Listed++;
        }
    }
}

/// <param name="Key">Bits of the number, or hash of the text.</param>
/// <param name="Text">The text (its beginning when long); empty for a number.</param>
/// <param name="Count">Times seen; short of the truth by at most <see cref="FrequentValues.Error"/>.</param>
public sealed record FrequentValue(ulong Key, string Text, long Count)
{
    /// <summary>The value, where numbers were counted.</summary>
    [JsonIgnore]
    public double Number => BitConverter.UInt64BitsToDouble(Key);
}

/// <summary><see cref="FrequentValues"/> as data.</summary>
public sealed record FrequentState(int Counters, long Total, long Error, IReadOnlyList<FrequentValue> Values);
