using System.Buffers.Text;

namespace Tidemark.Benchmarks.Servers;

/// <summary>Scans <c>{"id": "…", "inputs": [{"name", "shape": [1, 30], "datatype": "FP32", "data": [30 numbers]}]}</c>; anything else is false.</summary>
internal static class HandReader
{
    private static readonly double[] PowersOfTen = [.. Enumerable.Range(0, 23).Select(e => double.Parse($"1e{e}", System.Globalization.CultureInfo.InvariantCulture))];

    public static bool TryRead(ReadOnlySpan<byte> json, Hand.Slot into)
    {
        into.IdLength = 0;
        bool data = false;
        int at = 0;
        if (!Take(json, ref at, (byte)'{')) return false;
        do
        {
            if (!TakeText(json, ref at, out ReadOnlySpan<byte> key) || !Take(json, ref at, (byte)':')) return false;
            if (key.SequenceEqual("id"u8))
            {
                if (!TakeText(json, ref at, out ReadOnlySpan<byte> id) || !id.TryCopyTo(into.Id)) return false;
                into.IdLength = id.Length;
            }
            else if (key.SequenceEqual("inputs"u8) && !data) data = TryReadInputs(json, ref at, into.Input);
            else return false;
        }
        while (Take(json, ref at, (byte)','));
        return data && Take(json, ref at, (byte)'}');
    }

    private static bool TryReadInputs(ReadOnlySpan<byte> json, ref int at, float[] into)
    {
        if (!Take(json, ref at, (byte)'[') || !Take(json, ref at, (byte)'{')) return false;
        int found = 0;
        do
        {
            if (!TakeText(json, ref at, out ReadOnlySpan<byte> key) || !Take(json, ref at, (byte)':')) return false;
            bool good = key.Length switch
            {
                4 when key[0] == 'n' => TakeText(json, ref at, out ReadOnlySpan<byte> name) && name.SequenceEqual("input"u8),
                4 => key.SequenceEqual("data"u8) && TakeNumbers(json, ref at, into),
                5 => key.SequenceEqual("shape"u8) && TakeShape(json, ref at, into.Length),
                8 => key.SequenceEqual("datatype"u8) && TakeText(json, ref at, out ReadOnlySpan<byte> type) && type.SequenceEqual("FP32"u8),
                _ => false,
            };
            if (!good) return false;
            found++;
        }
        while (Take(json, ref at, (byte)','));
        return found == 4 && Take(json, ref at, (byte)'}') && Take(json, ref at, (byte)']');
    }

    private static bool TakeShape(ReadOnlySpan<byte> json, ref int at, int columns)
    {
        Span<float> shape = stackalloc float[2];
        return TakeNumbers(json, ref at, shape) && shape[0] == 1 && shape[1] == columns;
    }

    private static bool TakeNumbers(ReadOnlySpan<byte> json, ref int at, Span<float> into)
    {
        if (!Take(json, ref at, (byte)'[')) return false;
        for (int i = 0; i < into.Length; i++)
            if ((i > 0 && !Take(json, ref at, (byte)',')) || !TakeNumber(json, ref at, out into[i])) return false;
        return Take(json, ref at, (byte)']');
    }

    /// <summary>
    /// Up to 15 digits with at most 22 after the point: both the digits and the power of ten are exact doubles, so their quotient is
    /// correctly rounded (Clinger 1990). Rounding it again to float may be off by one unit in the last place: fine for a floor.
    /// </summary>
    private static bool TakeNumber(ReadOnlySpan<byte> json, ref int at, out float value)
    {
        SkipSpace(json, ref at);
        int start = at, digits = 0, fraction = 0;
        bool negative = at < json.Length && json[at] == '-', point = false;
        if (negative) at++;
        long mantissa = 0;
        for (; at < json.Length; at++)
        {
            int digit = json[at] - '0';
            if ((uint)digit <= 9)
            {
                mantissa = mantissa * 10 + digit;
                digits++;
                if (point) fraction++;
            }
            else if (json[at] == '.' && !point) point = true;
            else break;
        }
        if (digits is 0 or > 15 || (at < json.Length && (json[at] | 0x20) == 'e'))
        {
            bool parsed = Utf8Parser.TryParse(json[start..], out value, out int used);
            at = start + used;
            return parsed;
        }
        double exact = mantissa / PowersOfTen[fraction];
        value = (float)(negative ? -exact : exact);
        return true;
    }

    private static bool TakeText(ReadOnlySpan<byte> json, ref int at, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (!Take(json, ref at, (byte)'"')) return false;
        int length = json[at..].IndexOfAny((byte)'"', (byte)'\\');
        if (length < 0 || json[at + length] != '"') return false;
        text = json.Slice(at, length);
        at += length + 1;
        return true;
    }

    private static bool Take(ReadOnlySpan<byte> json, ref int at, byte wanted)
    {
        SkipSpace(json, ref at);
        if (at >= json.Length || json[at] != wanted) return false;
        at++;
        return true;
    }

    private static void SkipSpace(ReadOnlySpan<byte> json, ref int at)
    {
        while (at < json.Length && json[at] <= ' ') at++;
    }
}
