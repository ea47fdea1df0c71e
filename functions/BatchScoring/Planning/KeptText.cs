using System.Collections.Concurrent;

namespace Tidemark.BatchScoring.Planning;

/// <summary>Pieces of memory for shards, used again and again.</summary>
/// <param name="size">Bytes of each.</param>
internal sealed class TextMemory(int size)
{
    private readonly ConcurrentBag<byte[]> free = [];

    public int Size => size;

    public byte[] Rent() => free.TryTake(out byte[]? bytes) ? bytes : GC.AllocateUninitializedArray<byte>(size);

    public void Return(byte[] bytes) => free.Add(bytes);
}

/// <summary>Bytes of one shard in rented memory, given back by <see cref="Dispose"/>.</summary>
internal sealed class KeptText(TextMemory memory, byte[] rented, int from, int length) : IDisposable
{
    private byte[]? rented = rented;

    public int Length => length;

    /// <summary>The text from its beginning, as often as it is asked for; readers look at it where it lies.</summary>
    public Stream Open() => new MemoryStream(rented!, from, length, writable: false, publiclyVisible: true);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref rented, null) is { } bytes)
            memory.Return(bytes);
    }
}

/// <summary>A stream whose last bytes are kept while they are read, so that a shard which ends in them can be scored without reading it again.</summary>
/// <param name="inner">The stream, which this one owns.</param>
/// <param name="memory">Where the bytes are kept.</param>
/// <param name="ended">Told once that no more bytes are kept.</param>
internal sealed class KeepingStream(Stream inner, TextMemory memory, Action ended) : ReadOnlyStream
{
    private byte[] kept = memory.Rent(); // empty once it was given back
    private long first; // place in the stream of the first byte kept
    private int length;

    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer);
        Keep(buffer[..read]);
        return read;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await inner.ReadAsync(buffer, cancellationToken);
        Keep(buffer.Span[..read]);
        return read;
    }

    /// <summary>The bytes from one place in the stream to another, which are forgotten here with all before them; null when they are no longer there whole.</summary>
    public KeptText? Take(long from, long to)
    {
        if (from < first || to > first + length)
        {
            Forget(to);
            return null;
        }

        var text = new KeptText(memory, kept, (int)(from - first), (int)(to - from));
        byte[] next = memory.Rent();
        int rest = (int)(first + length - to);
        kept.AsSpan(length - rest, rest).CopyTo(next);
        (kept, first, length) = (next, to, rest);
        return text;
    }

    /// <summary>Forgets the bytes before a place in the stream.</summary>
    public void Forget(long to)
    {
        int left = (int)Math.Clamp(first + length - to, 0, length);
        kept.AsSpan(length - left, left).CopyTo(kept);
        (first, length) = (first + length - left, left);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        if (disposing && kept.Length > 0)
        {
            memory.Return(kept);
            ended();
        }

        (kept, length) = ([], 0);
        base.Dispose(disposing);
    }

    /// <summary>What has no room left makes the shard under way one that is read again.</summary>
    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (length + bytes.Length > memory.Size)
            (first, length) = (first + length, 0);
        int lost = Math.Max(0, bytes.Length - memory.Size);
        bytes[lost..].CopyTo(kept.AsSpan(length));
        (first, length) = (first + lost, length + bytes.Length - lost);
    }
}
