using Tidemark.BatchScoring.Scoring;

namespace Tidemark.BatchScoring.Planning;

/// <summary>A stream whose bytes are staged as blocks while they are read: the unpacked copy of a packed file, never held in memory.</summary>
internal sealed class CopiedStream(Stream inner, BlockStager copy) : ReadOnlyStream
{
    public override int Read(Span<byte> buffer) => throw new NotSupportedException("Read it asynchronously: blocks are sent on the way.");

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await inner.ReadAsync(buffer, cancellationToken);
        copy.Append(buffer.Span[..read]);
        await copy.StageFullAsync(cancellationToken);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
