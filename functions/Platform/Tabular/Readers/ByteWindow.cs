using Tidemark.Platform.Buffers;

namespace Tidemark.Platform.Tabular.Readers;

/// <summary>The part of a stream that is looked at: filled from the stream, grown for a long row, its memory rented.</summary>
internal sealed class ByteWindow(Stream stream) : IDisposable
{
    /// <summary>Bytes that may be read past <see cref="End"/>, so that vectors need no care at the end.</summary>
    public const int Slack = 64;

    private const int FirstSize = 1 << 20;

    public byte[] Bytes { get; private set; } = LargeBuffers.Pool.Rent(FirstSize);

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

    /// <summary>Forgets what was taken and reads until the window is full or the stream ends; grows when more than half is not taken.</summary>
    public async ValueTask FillAsync(CancellationToken cancellation)
    {
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
        if (Bytes.Length > 0)
            LargeBuffers.Pool.Return(Bytes);
        Bytes = [];
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
