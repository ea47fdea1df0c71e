using System.Net;
using Azure.Storage.Blobs;
using Xunit;

namespace Tidemark.Tests.EndToEnd;

[Collection(SuiteTests.Name)]
public sealed class ModelLifeTests(SuiteFixture running)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Model_is_registered_promoted_asked_replaced_and_rolled_back_over_http()
    {
        var http = running.Http;
        var first = await http.RegisterAsync("life", Heart.Model, Heart.Metadata).JsonAsync(201);
        Assert.Equal("1", (string?)first["version"]);
        Assert.Equal(13, first["inputs"]!.AsArray().Count);
        Assert.Equal("heart/heart_train.csv", (string?)first["lineage"]!["dataset"]);
        await http.InferAsync("life").JsonAsync(404); // registered is not served: nobody promoted it yet

        using var promoted = await http.PromoteAsync("life", "1", seen: null);
        Assert.Equal(HttpStatusCode.OK, promoted.StatusCode);
        await AnswersAsync("life", version: "1");

        var second = await http.RegisterAsync("life", Heart.Variant("second")).JsonAsync(201);
        Assert.Equal("2", (string?)second["version"]);
        await http.PromoteAsync("life", "2", promoted.Headers.ETag).JsonAsync();
        await http.PromoteAsync("life", "2", promoted.Headers.ETag).JsonAsync(412); // that ETag is spent
        await AnswersAsync("life", version: "2");

        await http.PostJsonAsync("api/models/life/rollback", "{}").JsonAsync();
        await AnswersAsync("life", version: "1");

        var moves = (await http.GetAsync("api/models/life/history", Cancellation).JsonAsync())["moves"]!.AsArray();
        Assert.Equal(["1", "2", "1"], moves.Select(m => (string?)m!["version"]));
        using var deletion = await http.DeleteAsync("api/models/life/versions/1", Cancellation);
        Assert.Equal(HttpStatusCode.Conflict, deletion.StatusCode);
        var models = (await http.GetAsync("api/models", Cancellation).JsonAsync())["models"]!.AsArray();
        Assert.Contains(models, m => (string?)m!["name"] == "life" && (string?)m["champion"] == "1");
    }

    [Fact]
    public async Task Version_dropped_into_storage_is_found_verified_and_served()
    {
        var http = running.Http;
        var container = new BlobContainerClient(running.Suite.Azurite.ConnectionString, "models");
        await container.GetBlobClient("dropped/7/metadata.json").UploadAsync(new BinaryData(Heart.Metadata), Cancellation);
        await container.GetBlobClient("dropped/7/model.onnx").UploadAsync(new BinaryData(Heart.Model), Cancellation);

        await Eventually.TrueAsync(
            async () => (await http.GetAsync("api/models/dropped/versions/7", Cancellation)).StatusCode == HttpStatusCode.OK
                && (string?)(await http.GetAsync("api/models/dropped/versions/7", Cancellation).JsonAsync())["state"] == "sealed",
            "the dropped version is sealed");
        var version = await http.GetAsync("api/models/dropped/versions/7", Cancellation).JsonAsync();
        Assert.Equal("heart/heart_train.csv", (string?)version["manifest"]!["lineage"]!["dataset"]);

        await http.PromoteAsync("dropped", "7", seen: null).JsonAsync();
        await AnswersAsync("dropped", version: "7");
    }

    [Fact]
    public async Task Garbage_dropped_into_storage_is_rejected_with_the_reason_and_never_served()
    {
        var container = new BlobContainerClient(running.Suite.Azurite.ConnectionString, "models");
        await container.GetBlobClient("garbage/1/model.onnx").UploadAsync(new BinaryData(new byte[] { 1, 2, 3 }), Cancellation);

        await Eventually.TrueAsync(
            async () => (await running.Http.GetAsync("api/models/garbage/versions/1", Cancellation)).StatusCode == HttpStatusCode.OK
                && (string?)(await running.Http.GetAsync("api/models/garbage/versions/1", Cancellation).JsonAsync())["state"] == "rejected",
            "the dropped garbage is rejected");

        var version = await running.Http.GetAsync("api/models/garbage/versions/1", Cancellation).JsonAsync();
        Assert.Contains("not an ONNX model", (string?)version["reason"]);
        await running.Http.PromoteAsync("garbage", "1", seen: null).JsonAsync(422);
        await running.Http.InferAsync("garbage").JsonAsync(404);
    }

    private async Task AnswersAsync(string model, string version)
    {
        // The version before answers until the new one is in memory and has run once.
        await Eventually.TrueAsync(async () => (string?)(await running.Http.InferAsync(model).JsonAsync())["model_version"] == version, $"version {version} answers");
        var infer = await running.Http.InferAsync(model).JsonAsync();
        Assert.Equal("example", (string?)infer["id"]);
        var probabilities = infer["outputs"]!.AsArray().Single(o => (string?)o!["name"] == "probabilities")!["data"]!.AsArray();
        Agree(Heart.Expected[..3], probabilities.Where((_, i) => i % 2 == 1).Select(p => (double)p!));

        var rows = (await running.Http.PostJsonAsync($"models/{model}/invocations", Heart.RowsBody).JsonAsync())["predictions"]!.AsArray();
        Agree(Heart.Expected, rows.Select(r => (double)r!["probabilities"]![1]!));
    }

    private static void Agree(double[] expected, IEnumerable<double> answers) => Assert.Equal(expected, answers, (e, a) => Math.Abs(e - a) <= 1e-5);
}
