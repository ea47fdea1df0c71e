namespace Tidemark.BatchScoring.Planning;

/// <summary>
/// How a text is cut into shards, and a result into blocks: a blob has at most 50,000 blocks, so the larger the text, the larger both.
/// </summary>
/// <param name="ShardBytes">A shard ends with the first row that begins so many bytes after its own beginning.</param>
/// <param name="ShardRows">Most rows of a shard.</param>
/// <param name="BlockBytes">Bytes of a block of result; larger towards the end of what a shard may have.</param>
/// <param name="ShardBlocks">Most blocks that a shard may have.</param>
public sealed record ShardCut(long ShardBytes, long ShardRows, long BlockBytes, int ShardBlocks)
{
    /// <summary>Most shards of a job that are cut for bytes, and most that are cut for rows.</summary>
    public const int MostShards = 5000;

    /// <summary>Bytes of a row of one character.</summary>
    private const int ShortestRow = 2;

    /// <summary>Blocks of a blob that Azure Storage allows, less the one of the header line.</summary>
    public const int MostBlocks = 50_000 - 1;

    /// <summary>Largest block that is put together in memory.</summary>
    public const long LargestBlock = 1L << 30;

    /// <param name="textBytes">Bytes of the text, or the most that it may have.</param>
    /// <param name="options">The sizes wished for.</param>
    public static ShardCut For(long textBytes, BatchScoringOptions options)
    {
        long shardBytes = Math.Max(options.ShardBytes, DivideUp(textBytes, MostShards));
        long shardRows = Math.Max(options.ShardRows, DivideUp(textBytes / ShortestRow, MostShards));
        // A cut is made for bytes or for rows, so there are at most as many as of both kinds together.
        long shards = 1 + (textBytes / shardBytes) + (textBytes / ShortestRow / shardRows);
        int shardBlocks = (int)(MostBlocks / shards);
        long blockBytes = Math.Min(LargestBlock, Math.Max(options.BlockBytes, 2 * DivideUp(shardBytes, Math.Max(1, shardBlocks / 2))));
        return new(shardBytes, shardRows, blockBytes, shardBlocks);
    }

    /// <summary>Bytes of block <paramref name="index"/> of a shard. The first half of the blocks holds twice the input; a result that needs more has them doubled.</summary>
    public int SizeOf(int index)
    {
        int doublings = Math.Clamp(index - (ShardBlocks / 2) + 1, 0, 30);
        return (int)Math.Min(LargestBlock, BlockBytes << doublings);
    }

    private static long DivideUp(long value, long by) => (value + by - 1) / by;
}
