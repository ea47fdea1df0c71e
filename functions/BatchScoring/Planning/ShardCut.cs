using Tidemark.Platform.Errors;

namespace Tidemark.BatchScoring.Planning;

/// <summary>
/// How a text is cut into shards, and a result into blocks: a blob has at most 50,000 blocks, so the larger the text, the larger both. A worker
/// holds a block of result in memory, so that there is a largest text.
/// </summary>
/// <param name="ShardBytes">A shard ends with the first row that begins so many bytes after its own beginning.</param>
/// <param name="ShardRows">Most rows of a shard.</param>
/// <param name="BlockBytes">Bytes of a block of result; larger towards the end of what a shard may have.</param>
/// <param name="ShardBlocks">Most blocks that a shard may have.</param>
public sealed record ShardCut(long ShardBytes, long ShardRows, long BlockBytes, int ShardBlocks)
{
    /// <summary>Most shards of a job that are cut for bytes.</summary>
    public const int MostShards = 2500;

    /// <summary>Most shards of a job that are cut for rows.</summary>
    public const int MostShardsOfRows = 1000;

    /// <summary>Bytes of a row of one character.</summary>
    private const int ShortestRow = 2;

    /// <summary>Blocks of a blob that Azure Storage allows, less the one of the header line.</summary>
    public const int MostBlocks = 50_000 - 1;

    /// <summary>Largest block that is put together in memory. 32 MiB; a larger one only where the setting asks for it.</summary>
    public const long LargestBlock = 32 << 20;

    /// <summary>Most bytes of text that can be scored: half of the blocks, the largest there are, then hold twice the text. 273 GiB.</summary>
    public const long MostBytes = LargestBlock * (MostBlocks / (1 + MostShards + MostShardsOfRows) / 2) / 2 * MostShards;

    /// <param name="textBytes">Bytes of the text, or the most that it may have; at most <see cref="MostBytes"/>.</param>
    /// <param name="options">The sizes wished for.</param>
    public static ShardCut For(long textBytes, BatchScoringOptions options)
    {
        long shardBytes = Math.Max(options.ShardBytes, DivideUp(textBytes, MostShards));
        long shardRows = Math.Max(options.ShardRows, DivideUp(textBytes / ShortestRow, MostShardsOfRows));
        // A cut is made for bytes or for rows, so there are at most as many as of both kinds together.
        long shards = 1 + (textBytes / shardBytes) + (textBytes / ShortestRow / shardRows);
        int shardBlocks = (int)(MostBlocks / shards);
        long blockBytes = Math.Max(options.BlockBytes, 2 * DivideUp(Math.Min(shardBytes, textBytes), Math.Max(1, shardBlocks / 2)));
        return new(shardBytes, shardRows, blockBytes, shardBlocks);
    }

    /// <summary>Why a text of so many bytes can't be scored whole; null when it can.</summary>
    public static Failure? Refusal(string source, long textBytes) => textBytes <= MostBytes ? null : new Failure(
        FailureKind.TooLarge, "File too large",
        $"The file {source} has {textBytes:N0} bytes, and one job takes {MostBytes:N0} at most: its result is one blob of 50,000 blocks, of which each worker holds one in memory. Drop it in parts, each with the header line.");

    /// <summary>
    /// Bytes of block <paramref name="index"/> of a shard. The first half of the blocks holds twice the input; a result that needs more has them
    /// doubled, up to <see cref="LargestBlock"/>.
    /// </summary>
    public int SizeOf(int index)
    {
        int doublings = Math.Clamp(index - (ShardBlocks / 2) + 1, 0, 30);
        return (int)Math.Max(BlockBytes, Math.Min(LargestBlock, BlockBytes << doublings));
    }

    private static long DivideUp(long value, long by) => (value + by - 1) / by;
}

/// <summary>A result needs more blocks than storage takes.</summary>
public sealed class ResultTooLargeException(string message) : Exception(message);
