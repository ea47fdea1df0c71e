namespace Tidemark.Platform.Json;

/// <summary>
/// Python writes NaN, Infinity and -Infinity into JSON as bare words, which JSON does not have; here they become texts, which every
/// reader of numbers takes for the number.
/// </summary>
public static class PythonJson
{
    public static byte[] Quoted(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IndexOf("NaN"u8) < 0 && utf8.IndexOf("Infinity"u8) < 0)
            return utf8.ToArray();
        var quoted = new MemoryStream(utf8.Length + 64);
        bool inText = false;
        for (int i = 0; i < utf8.Length; i++)
        {
            int word = inText ? 0 : WordAt(utf8[i..]);
            if (word > 0)
            {
                quoted.WriteByte((byte)'"');
                quoted.Write(utf8.Slice(i, word));
                quoted.WriteByte((byte)'"');
                i += word - 1;
                continue;
            }

            quoted.WriteByte(utf8[i]);
            if (inText && utf8[i] == '\\' && i + 1 < utf8.Length)
                quoted.WriteByte(utf8[++i]);
            else if (utf8[i] == '"')
                inText = !inText;
        }

        return quoted.ToArray();
    }

    private static int WordAt(ReadOnlySpan<byte> rest) =>
        rest.StartsWith("NaN"u8) ? 3 : rest.StartsWith("Infinity"u8) ? 8 : rest.StartsWith("-Infinity"u8) ? 9 : 0;
}
