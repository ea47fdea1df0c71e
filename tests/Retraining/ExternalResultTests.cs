using System.Text;
using System.Text.Json.Nodes;
using Tidemark.Local;
using Tidemark.Platform.Http;
using Tidemark.Retraining.Compute.External;
using Tidemark.Retraining.Contract;
using Tidemark.Tests.EndToEnd;
using Tidemark.Tests.Training;
using Xunit;

namespace Tidemark.Tests.Retraining;

/// <summary>A cluster outside trains, and nobody looks for an hour unless told.</summary>
public sealed class ExternalResultTests
{
    private const string Key = "a key of at least thirty-two bytes";
    private static readonly string[] Replaced = ["Retraining__Poll", "Retraining__LongestPoll"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Posted_result_lets_the_retraining_go_on_at_once_and_one_posted_again_after_its_end_does_no_harm()
    {
        await using RunningSuite suite = await RunningSuite.StartAsync(
            null, [.. RetrainingSuite.Settings.Where(s => !Replaced.Contains(s.Name)), .. Replaced.Select(name => (name, "01:00:00")), ("Compute__External__Key", Key)]);
        var sensor = new SensorModel(suite.Http, suite.Azurite.ConnectionString, SensorModel.NewName());
        await sensor.DataAsync("lab", new SensorStream(3).Take(SensorWorld.Lab, 600));
        await sensor.PutPolicyAsync(sensor.Policy("lab", p => p["compute"] = "external"));

        string trained = await sensor.BeginAsync();
        await sensor.UntilAsync(trained, r => (string?)r["state"] == "training");
        JsonObject succeeded = new() { ["outcome"] = "succeeded", ["manifest"] = await TrainAsync(suite.Http, trained) };
        await PostAsync(suite.Http, trained, "result", succeeded);
        await PostAsync(suite.Http, trained, "result", succeeded);
        Assert.Equal("kept", (string?)(await sensor.EndAsync(trained))["state"]);
        Assert.Equal("Succeeded", (string?)(await PostAsync(suite.Http, trained, "result", succeeded))["state"]);

        string failed = await sensor.BeginAsync();
        await sensor.UntilAsync(failed, r => (string?)r["state"] == "training");
        await PostAsync(suite.Http, failed, "result", new JsonObject { ["outcome"] = "failed", ["detail"] = "no GPU" });
        JsonNode record = await sensor.EndAsync(failed);
        Assert.Equal(("failed", "no GPU"), ((string?)record["state"], (string?)record["outcome"]));
    }

    /// <summary>Does what a cluster does: takes the run, trains, leaves the files; the manifest's hash.</summary>
    private static async Task<string> TrainAsync(HttpClient http, string run)
    {
        JsonNode work = await PostAsync(http, run, "work", []);
        using var links = new HttpClient();
        using var trainer = new TrainerProcess(TrainerCommand.CSharp);
        JsonObject spec = work["spec"]!.DeepClone().AsObject();
        spec.Remove("dataset");
        trainer.Write(await links.GetStringAsync((string)work["data"]!, Stop), spec);
        Assert.True(await trainer.RunAsync() == 0, trainer.Said);
        foreach (string name in (string[])[.. RunFiles.Listed, RunFiles.Manifest])
        {
            using var put = new HttpRequestMessage(HttpMethod.Put, (string)work["uploads"]![name]!) { Content = new ByteArrayContent(trainer.Content(name)) };
            put.Headers.Add("x-ms-blob-type", "BlockBlob");
            (await links.SendAsync(put, Stop)).EnsureSuccessStatusCode();
        }

        return FileStamp.Of(trainer.Content(RunFiles.Manifest)).Sha256;
    }

    private static async Task<JsonNode> PostAsync(HttpClient http, string run, string route, JsonObject body)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(body.ToJsonString());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"api/retrainings/{run}/{route}") { Content = new ByteArrayContent(bytes) };
        request.Headers.Add(StandardWebhook.IdHeader, run);
        request.Headers.Add(StandardWebhook.TimeHeader, $"{now.ToUnixTimeSeconds()}");
        request.Headers.Add(StandardWebhook.SignatureHeader, RequestSignature.Parse(Key).Value!.Sign(run, now, bytes));
        return await http.SendAsync(request, Stop).JsonAsync();
    }
}
