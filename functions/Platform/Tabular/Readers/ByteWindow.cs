using Tidemark.Platform.Buffers;

namespace Tidemark.Platform.Tabular.Readers;

/// <summary>
/// The part of a stream that is looked at: filled from the stream, grown for a long row, its memory rented. Of a stream in memory that shows its
/// buffer nothing is copied: the window is all of it.
/// </summary>
internal sealed class ByteWindow : IDisposable
{
    /// <summary>Bytes that may be read past <see cref="End"/>, so that vectors need no care at the end.</summary>
    public const int Slack = 64;

    private const int FirstSize = 1 << 20;

    private readonly Stream stream;
    private bool rented;

    public ByteWindow(Stream stream)
    {
        this.stream = stream;
        if (stream is MemoryStream memory && memory.TryGetBuffer(out ArraySegment<byte> all) && all.Offset + all.Count + Slack <= all.Array!.Length)
            (Bytes, Start, End, Final) = (all.Array, all.Offset + (int)memory.Position, all.Offset + all.Count, true);
        else
            (Bytes, rented) = (LargeBuffers.Pool.Rent(FirstSize), true);
        Before = -Start;
    }

    public byte[] Bytes { get; private set; }

    /// <summary>Bytes of the stream before the first of <see cref="Bytes"/>.</summary>
    public long Before { get; private set; }

    /// <summary>First byte not yet taken.</summary>
    public int Start { get; set; }

    /// <summary>End of the bytes that are there.</summary>
    public int End { get; private set; }

    /// <summary>True when the stream has no more.</summary>
    public bool Final { get; private set; }

    public ReadOnlySpan<byte> Rest => Bytes.AsSpan(Start..End);

    /// <summary>Reads on when little is left; what was taken is forgotten then.</summary>
    public ValueTask RefillAsync(CancellationToken cancellation) => !Final && End - Start < FirstSize / 2 ? FillAsync(cancellation) : default;

    /// <summary>Forgets what was taken and reads until the window is full or the stream ends, if it has not; grows when more than half is not taken.</summary>
    public async ValueTask FillAsync(CancellationToken cancellation)
    {
        if (Final)
            return;
        if (End - Start > Bytes.Length / 2)
            Grow();
        Bytes.AsSpan(Start..End).CopyTo(Bytes);
        Before += Start;
        (End, Start) = (End - Start, 0);
        while (End < Bytes.Length - Slack)
        {
            int read = await stream.ReadAsync(Bytes.AsMemory(End..(Bytes.Length - Slack)), cancellation);
            if (read == 0)
            {
                Final = true;
                return;
            }
            End += read;
        }
    }

    public void Dispose()
    {
        stream.Dispose();
        if (rented)
            LargeBuffers.Pool.Return(Bytes);
        (Bytes, rented) = ([], false);
    }

    private void Grow()
    {
        byte[] larger = LargeBuffers.Pool.Rent(checked(Bytes.Length * 2));
        Rest.CopyTo(larger);
        LargeBuffers.Pool.Return(Bytes);
        Before += Start;
        (Bytes, End, Start) = (larger, End - Start, 0);
    }
}
