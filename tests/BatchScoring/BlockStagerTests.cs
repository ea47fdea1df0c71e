using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Tidemark.BatchScoring.Planning;
using Tidemark.BatchScoring.Scoring;
using Xunit;

namespace Tidemark.Tests.BatchScoring;

public sealed class BlockStagerTests(AzuriteFixture azurite)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_same_bytes_make_the_same_blocks_in_whatever_pieces_they_come()
    {
        byte[] text = new byte[300_000];
        new Random(4).NextBytes(text);
        var cut = new ShardCut(ShardBytes: 0, ShardRows: 0, BlockBytes: 70_000, ShardBlocks: 10);

        List<string> first = await StagedAsync(1), second = await StagedAsync(66_000);

        Assert.Equal(first, second);
        Assert.Equal(5 + 1, first.Count); // and the hash

        async Task<List<string>> StagedAsync(int piece)
        {
            BlockBlobClient blob = await BlobAsync();
            using var stager = new BlockStager(blob, "a", cut);
            for (int at = 0; at < text.Length; at += piece)
            {
                stager.Append(text.AsSpan(at, Math.Min(piece, text.Length - at)));
                await stager.StageFullAsync(Stop);
            }

            await stager.StageRestAsync(Stop);
            BlockList staged = await blob.GetBlockListAsync(BlockListTypes.Uncommitted, cancellationToken: Stop);
            Assert.Equal(text.Length, stager.Bytes);
            return [.. staged.UncommittedBlocks.Select(block => $"{block.Name} {block.SizeLong}"), stager.Sha256()];
        }
    }

    [Fact]
    public async Task A_result_of_more_blocks_than_its_shard_may_have_is_refused_with_the_remedy()
    {
        using var stager = new BlockStager(await BlobAsync(), "a", new ShardCut(0, 0, BlockBytes: 64, ShardBlocks: 1));
        stager.Append(new byte[ShardCut.LargestBlock + 1]);

        var refused = await Assert.ThrowsAsync<ResultTooLargeException>(() => stager.StageRestAsync(Stop).AsTask());

        Assert.Contains("score the file in parts, or keep fewer columns", refused.Message);
    }

    private async Task<BlockBlobClient> BlobAsync()
    {
        var container = new BlobContainerClient(azurite.ConnectionString, $"t{Guid.NewGuid():N}");
        await container.CreateIfNotExistsAsync(cancellationToken: Stop);
        return container.GetBlockBlobClient("result");
    }
}
