using System.Net;
using Azure.Storage.Blobs;
using Tidemark.Tests.EndToEnd;
using Xunit;

namespace Tidemark.Tests.Faults;

public sealed class StorageOutageTests
{
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Promise I6.</summary>
    [Fact]
    public async Task Predictions_go_on_while_storage_is_down_and_everything_else_resumes_after_it()
    {
        using var folder = new TemporaryFolder();
        await using var suite = await RunningSuite.StartAsync(new(Repository.Root) { Folder = folder.Path });
        await suite.Http.ServeHeartAsync("heart");
        await suite.Http.InferAsync("heart").JsonAsync();
        await using var load = PredictLoad.Start(suite.Http, "heart", workers: 4);

        await suite.Azurite.StopAsync();
        long down = TimeProvider.System.GetTimestamp();
        using (var refused = await suite.Http.GetAsync("api/models/heart", Cancellation))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
            string said = await refused.Content.ReadAsStringAsync(Cancellation);
            Assert.DoesNotContain("127.0.0.1", said); // no storage address in an answer (I12)
        }
        using (var refused = await suite.Http.RegisterAsync("heart", Heart.Variant("while down")))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
        }
        await Eventually.TrueAsync(() => load.Stale > 0, "answers say that they may be stale");
        await Eventually.TrueAsync(() => TimeProvider.System.GetElapsedTime(down) > Outage, "the outage is over");
        await suite.Azurite.StartAgainAsync();

        await Eventually.TrueAsync(() => load.LastWasFresh, "answers are fresh again");
        var container = new BlobContainerClient(suite.Azurite.ConnectionString, "models");
        await container.GetBlobClient("after/1/model.onnx").UploadAsync(new BinaryData(Heart.Model), Cancellation);
        await Eventually.TrueAsync(
            async () => (await suite.Http.GetAsync("api/models/after/versions/1", Cancellation)).StatusCode == HttpStatusCode.OK, "watcher and queue trigger work again");
        await suite.Http.RegisterAsync("heart", Heart.Variant("after")).JsonAsync(201);

        await load.StopAsync();
        Assert.Empty(load.Failures);
        Assert.True(load.Answered > 100, $"only {load.Answered} predictions were asked");
    }
}
