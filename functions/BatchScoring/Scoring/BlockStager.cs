using System.Security.Cryptography;
using System.Text;
using Azure.Storage.Blobs.Specialized;
using Tidemark.BatchScoring.Planning;
using Tidemark.Platform.Buffers;

namespace Tidemark.BatchScoring.Scoring;

/// <summary>
/// Cuts bytes into blocks of exact sizes and stages them in a blob under ids that follow from <paramref name="prefix"/> and the place: the
/// same bytes make the same blocks, and a block sent twice is there once. Nothing is visible before the list of blocks is committed.
/// </summary>
/// <param name="blob">Where the blocks are staged.</param>
/// <param name="prefix">First part of the ids, of the same length throughout a blob.</param>
/// <param name="cut">Sizes of the blocks, and how many there may be.</param>
internal sealed class BlockStager(BlockBlobClient blob, string prefix, ShardCut cut) : IDisposable
{
    private const int FirstSize = 1 << 16;

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] pending = [];
    private int length;

    /// <summary>Blocks staged.</summary>
    public int Blocks { get; private set; }

    /// <summary>Bytes appended.</summary>
    public long Bytes { get; private set; }

    /// <summary>The id of a block: base64, as storage asks.</summary>
    public static string Id(string prefix, int index) => Convert.ToBase64String(Encoding.ASCII.GetBytes($"{prefix}-{index:D6}"));

    /// <summary>SHA-256 of all bytes, in lower-case hexadecimal digits.</summary>
    public string Sha256() => Convert.ToHexStringLower(hash.GetCurrentHash());

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        if (pending.Length - length < bytes.Length)
            Grow(checked(length + bytes.Length));
        bytes.CopyTo(pending.AsSpan(length));
        length += bytes.Length;
        Bytes += bytes.Length;
        hash.AppendData(bytes);
    }

    /// <summary>Stages the blocks that are full; whether there were any.</summary>
    public async ValueTask<bool> StageFullAsync(CancellationToken cancellation)
    {
        int before = Blocks;
        while (length >= cut.SizeOf(Blocks))
            await StageAsync(cut.SizeOf(Blocks), cancellation);
        return Blocks > before;
    }

    /// <summary>Stages what is left.</summary>
    public async ValueTask StageRestAsync(CancellationToken cancellation)
    {
        await StageFullAsync(cancellation);
        if (length > 0)
            await StageAsync(length, cancellation);
    }

    public void Dispose()
    {
        hash.Dispose();
        if (pending.Length > 0)
            LargeBuffers.Pool.Return(pending);
        pending = [];
    }

    private async Task StageAsync(int size, CancellationToken cancellation)
    {
        if (Blocks == cut.ShardBlocks)
            throw new ResultTooLargeException($"The result has more text than the {cut.ShardBlocks} blocks hold that a shard may have of the 50,000 of a blob: score the file in parts, or keep fewer columns.");
        await blob.StageBlockAsync(Id(prefix, Blocks), new MemoryStream(pending, 0, size, writable: false), cancellationToken: cancellation);
        Blocks++;
        length -= size;
        pending.AsSpan(size, length).CopyTo(pending);
    }

    private void Grow(int size)
    {
        // Few rows need little; who has more than that soon has a block.
        byte[] larger = LargeBuffers.Pool.Rent(Math.Max(size, pending.Length == 0 ? FirstSize : Math.Max(cut.SizeOf(Blocks), 2 * pending.Length)));
        pending.AsSpan(0, length).CopyTo(larger);
        if (pending.Length > 0)
            LargeBuffers.Pool.Return(pending);
        pending = larger;
    }
}
