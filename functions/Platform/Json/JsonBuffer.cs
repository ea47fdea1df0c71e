using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Tidemark.Platform.Json;

/// <summary>
/// Collects the bytes of an answer; kept and used again, so that answers allocate nothing. Numbers are written as the shortest text that
/// reads back as the same value. NaN and the infinities, which JSON does not have, become <c>null</c> and are counted.
/// </summary>
internal sealed class JsonBuffer
{
    private const int Start = 512;
    private const int LongestNumber = 32;
    private static readonly SearchValues<byte> Escaped = SearchValues.Create([.. Enumerable.Range(0, 32).Select(code => (byte)code), (byte)'"', (byte)'\\']);

    private byte[] bytes = new byte[Start];
    private int length;

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, length);

    /// <summary>How many numbers were no number since <see cref="Clear"/>.</summary>
    public int NonFinite { get; private set; }

    /// <summary>Begins anew; a buffer that one answer made larger than <paramref name="keep"/> bytes is given up.</summary>
    public void Clear(int keep = int.MaxValue)
    {
        length = 0;
        NonFinite = 0;
        if (bytes.Length > keep) bytes = new byte[Start];
    }

    public void Raw(ReadOnlySpan<byte> json)
    {
        json.CopyTo(Room(json.Length));
        length += json.Length;
    }

    public void Raw(byte json)
    {
        Room(1)[0] = json;
        length++;
    }

    public void Number(float value)
    {
        if (!float.IsFinite(value)) NoNumber();
        else length += FloatText.Write(value, Room(LongestNumber));
    }

    public void Number(double value)
    {
        if (!double.IsFinite(value)) NoNumber();
        else if (Utf8Formatter.TryFormat(value, Room(LongestNumber), out int written)) length += written;
    }

    public void Number(long value)
    {
        if (Utf8Formatter.TryFormat(value, Room(LongestNumber), out int written)) length += written;
    }

    public void Number(ulong value)
    {
        if (Utf8Formatter.TryFormat(value, Room(LongestNumber), out int written)) length += written;
    }

    public void Boolean(bool value) => Raw(value ? "true"u8 : "false"u8);

    /// <summary>A JSON string of UTF-8 text; bytes that are no UTF-8 become U+FFFD.</summary>
    public void Text(ReadOnlySpan<byte> utf8)
    {
        Raw((byte)'"');
        if (!utf8.ContainsAny(Escaped) && Utf8.IsValid(utf8))
        {
            Raw(utf8);
        }
        else
        {
            Escape(utf8);
        }

        Raw((byte)'"');
    }

    public void Text(string text)
    {
        int size = System.Text.Encoding.UTF8.GetMaxByteCount(text.Length);
        byte[] utf8 = ArrayPool<byte>.Shared.Rent(size);
        Text(utf8.AsSpan(0, System.Text.Encoding.UTF8.GetBytes(text, utf8)));
        ArrayPool<byte>.Shared.Return(utf8);
    }

    private void Escape(ReadOnlySpan<byte> utf8)
    {
        while (utf8.Length > 0)
        {
            JavaScriptEncoder.UnsafeRelaxedJsonEscaping.EncodeUtf8(utf8, Room(Math.Min(utf8.Length, 4096) + 64), out int read, out int written);
            utf8 = utf8[read..];
            length += written;
        }
    }

    private void NoNumber()
    {
        NonFinite++;
        Raw("null"u8);
    }

    private Span<byte> Room(int size)
    {
        if (bytes.Length - length < size) Array.Resize(ref bytes, Math.Max(checked(length + size), (int)Math.Min(bytes.Length * 2L, Array.MaxLength)));
        return bytes.AsSpan(length);
    }
}
