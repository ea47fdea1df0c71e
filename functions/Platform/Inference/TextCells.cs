namespace Tidemark.Platform.Inference;

/// <summary>UTF-8 strings one after the other in one kept buffer: no object per string.</summary>
internal sealed class TextCells
{
    private byte[] bytes = [];
    private int[] ends = [];
    private int length;

    public int Count { get; private set; }

    public ReadOnlySpan<byte> this[int index] => bytes.AsSpan(index == 0 ? 0 : ends[index - 1], ends[index] - (index == 0 ? 0 : ends[index - 1]));

    public void Clear() => (Count, length) = (0, 0);

    public void Add(ReadOnlySpan<byte> utf8)
    {
        utf8.CopyTo(Room(utf8.Length));
        Added(utf8.Length);
    }

    /// <summary>Room for a string of at most <paramref name="size"/> bytes; <see cref="Added"/> says how many were written.</summary>
    public Span<byte> Room(int size)
    {
        if (bytes.Length - length < size) Array.Resize(ref bytes, Math.Max(checked(length + size), Math.Max(256, bytes.Length * 2)));
        return bytes.AsSpan(length, size);
    }

    public void Added(int size)
    {
        if (Count == ends.Length) Array.Resize(ref ends, Math.Max(16, ends.Length * 2));
        length += size;
        ends[Count++] = length;
    }

    /// <summary>Gives up buffers larger than <paramref name="keep"/> bytes.</summary>
    public void Trim(int keep)
    {
        Clear();
        if (bytes.Length > keep) bytes = [];
        if (ends.Length * sizeof(int) > keep) ends = [];
    }
}
