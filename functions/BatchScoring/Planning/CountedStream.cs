using System.Security.Cryptography;

namespace Tidemark.BatchScoring.Planning;

/// <summary>A stream read to its end in one direction, whose bytes are counted and hashed on the way.</summary>
internal sealed class CountedStream(Stream inner) : ReadOnlyStream
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Bytes read so far.</summary>
    public long Count { get; private set; }

    /// <summary>SHA-256 of all bytes read, in lower-case hexadecimal digits.</summary>
    public string Sha256() => Convert.ToHexStringLower(hash.GetCurrentHash());

    public override int Read(Span<byte> buffer) => Counted(buffer, inner.Read(buffer));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await inner.ReadAsync(buffer, cancellationToken);
        return Counted(buffer.Span, read);
    }

    /// <summary>Reads what the readers before left, such as bytes after the end of a gzip stream.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        byte[] rest = new byte[1 << 17];
        while (await ReadAsync(rest, cancellation) > 0)
        {
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private int Counted(ReadOnlySpan<byte> buffer, int read)
    {
        hash.AppendData(buffer[..read]);
        Count += read;
        return read;
    }
}
