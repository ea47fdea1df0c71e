using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tidemark.Platform.Http;
using Tidemark.Retraining.Compute;
using Tidemark.Retraining.Compute.External;
using Tidemark.Retraining.Contract;
using Xunit;

namespace Tidemark.Tests.Training.Compute;

/// <summary>A cluster outside takes runs and answers; others can't, and nothing is taken twice or unchecked.</summary>
public sealed class ExternalComputeTests(TrainingStore store) : IClassFixture<TrainingStore>
{
    private const string Key = "a key of at least thirty-two bytes";
    // Links are good or not by the storage's own clock.
    private readonly FakeClock clock = new(DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()));
    private readonly List<(string Run, string Event, object? State)> told = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cluster_takes_a_run_uploads_by_link_and_answers_once()
    {
        var run = await store.AskAsync("taken", compute: "external", time: clock);
        Assert.Equal("Waits for a cluster to take it.", (await Compute().StatusAsync(run, Cancellation)).Reason);

        var work = await PostAsync("work", run, new JsonObject(), 200);
        Assert.Equal("heart", (string)work["model"]!);
        Assert.Equal(await store.Runs().FileAsync(run, RunFiles.Spec, Cancellation), Encoding.UTF8.GetBytes(work["spec"]!.ToJsonString()));
        using var http = new HttpClient();
        Assert.StartsWith("amount,age", await http.GetStringAsync((string)work["data"]!, Cancellation), StringComparison.Ordinal);
        Assert.Equal(RunState.Running, (await Compute().StatusAsync(run, Cancellation)).State);
        await PostAsync("result", run, new JsonObject { ["outcome"] = "running", ["step"] = "network", ["progress"] = 0.4, ["etaSeconds"] = 60 }, 200);
        Assert.Equal(new ComputeStatus(RunState.Running, 0.4, "network", TimeSpan.FromMinutes(1), clock.GetUtcNow(), null), await Compute().StatusAsync(run, Cancellation));

        var (files, manifest) = Delivery();
        foreach (var (name, content) in files) await UploadAsync(http, (string)work["uploads"]![name]!, content);
        var answer = new JsonObject { ["outcome"] = "succeeded", ["manifest"] = manifest };
        Assert.Equal("Succeeded", (string)(await PostAsync("result", run, answer, 200))["state"]!);
        Assert.Equal("Succeeded", (string)(await PostAsync("result", run, answer, 200))["state"]!); // repeated
        await PostAsync("result", run, new JsonObject { ["outcome"] = "failed", ["detail"] = "changed my mind" }, 409);
        await PostAsync("work", run, new JsonObject(), 409);

        var row = await store.RowAsync(run);
        Assert.Equal((RunState.Succeeded, manifest, 1), (row.State, row.Manifest, row.Attempt));
    }

    [Fact]
    public async Task An_answer_that_ends_a_run_is_told_each_time_it_comes_and_stands_though_no_retraining_is_there_to_hear_it()
    {
        var run = await store.AskAsync("told", compute: "external", time: clock);
        await PostAsync("work", run, new JsonObject(), 200);
        await PostAsync("result", run, new JsonObject { ["outcome"] = "running", ["progress"] = 0.5 }, 200);
        Assert.Empty(told);
        var answer = new JsonObject { ["outcome"] = "failed", ["detail"] = "no GPU" };

        await PostAsync("result", run, answer, 200);
        await PostAsync("result", run, answer, 200);
        await PostAsync("result", run, new JsonObject { ["outcome"] = "failed", ["detail"] = "another word" }, 409);

        Assert.Equal([(run.ToString(), "TrainingEnded", "Failed"), (run.ToString(), "TrainingEnded", "Failed")], told);
        Assert.Equal((RunState.Failed, "no GPU"), ((await store.RowAsync(run)).State, (await store.RowAsync(run)).Detail));
    }

    [Fact]
    public async Task A_result_elsewhere_in_the_container_is_copied_and_one_that_is_not_whole_is_refused()
    {
        var run = await store.AskAsync("elsewhere", compute: "external", time: clock);
        var (files, manifest) = Delivery();
        foreach (var (name, content) in files) await store.Files.UploadBlobAsync($"cluster-7/{name}", BinaryData.FromBytes(content), Cancellation);
        JsonObject Answer(string hash, string place) => new() { ["outcome"] = "succeeded", ["manifest"] = hash, ["place"] = place };

        await PostAsync("result", run, Answer(new string('0', 64), "cluster-7"), 422);
        await PostAsync("result", run, Answer(manifest, "cluster-8"), 422);
        await PostAsync("result", run, Answer(manifest, "../models"), 400);
        await store.Files.GetBlobClient("cluster-7/model.onnx").UploadAsync(BinaryData.FromString("another"), overwrite: true, Cancellation);
        Assert.Contains("model.onnx", (string)(await PostAsync("result", run, Answer(manifest, "cluster-7"), 422))["detail"]!, StringComparison.Ordinal);
        Assert.Equal(RunState.Pending, (await store.RowAsync(run)).State);

        await store.Files.GetBlobClient("cluster-7/model.onnx").UploadAsync(BinaryData.FromBytes(files["model.onnx"]), overwrite: true, Cancellation);
        await PostAsync("result", run, Answer(manifest, "cluster-7"), 200);

        foreach (var (name, content) in files) Assert.Equal(content, await store.Runs().FileAsync(run, name, Cancellation));
    }

    [Fact]
    public async Task Who_has_not_the_key_can_do_nothing()
    {
        var run = await store.AskAsync("forged", compute: "external", time: clock);
        var other = await store.AskAsync("forged-other", compute: "external", time: clock);
        byte[] body = Encoding.UTF8.GetBytes("""{"outcome":"failed","detail":"x"}""");
        var now = clock.GetUtcNow();
        string good = Signer.Sign(run.ToString(), now, body);

        await RefusedAsync(run, body, now, RequestSignature.Parse("another key of thirty-two bytes …").Value!.Sign(run.ToString(), now, body));
        await RefusedAsync(run, [.. body, (byte)' '], now, good); // another body
        await RefusedAsync(run, body, now.AddSeconds(1), good); // another time
        await RefusedAsync(other, body, now, good, id: run.ToString()); // another run
        await RefusedAsync(other, body, now, good);
        await RefusedAsync(run, body, now.AddMinutes(-5).AddSeconds(-1), Signer.Sign(run.ToString(), now.AddMinutes(-5).AddSeconds(-1), body)); // old
        await RefusedAsync(run, body, now.AddMinutes(5).AddSeconds(1), Signer.Sign(run.ToString(), now.AddMinutes(5).AddSeconds(1), body)); // of the future
        foreach (string odd in new[] { "", "v1,", "v2," + good[3..], good[..^4], "v1,====" }) await RefusedAsync(run, body, now, odd);
        Assert.Equal(RunState.Pending, (await store.RowAsync(run)).State);

        // Old and new key while keys change, at the edge of the window.
        Assert.Equal(200, (await SendAsync("result", run, body, now.AddMinutes(-5), "v1,AAAA " + Signer.Sign(run.ToString(), now.AddMinutes(-5), body))).Status);
        Assert.Equal((RunState.Failed, "x"), ((await store.RowAsync(run)).State, (await store.RowAsync(run)).Detail));
    }

    [Fact]
    public async Task Runs_of_other_computes_are_not_handed_out_and_workers_in_claim_mode_do_not_see_these()
    {
        var local = await store.AskAsync("local-one", compute: "local", time: clock);
        var external = await store.AskAsync("external-one", compute: "external", time: clock);

        await PostAsync("work", local, new JsonObject(), 404);
        await PostAsync("result", TrainingStore.Id("unknown"), new JsonObject { ["outcome"] = "failed", ["detail"] = "x" }, 404);

        Assert.False((await store.Table.GetEntityIfExistsAsync<TableEntity>("run", external.ToString(), cancellationToken: Cancellation)).HasValue);
        await store.SetAsync(local, ("Status", "Failed"));
    }

    [Fact]
    public async Task A_result_that_does_not_come_in_time_fails_the_run()
    {
        var run = await store.AskAsync("late", compute: "external", time: clock);
        clock.Advance(TimeSpan.FromHours(24));
        Assert.Equal(RunState.Pending, (await Compute().StatusAsync(run, Cancellation)).State);
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Contains("no cluster ever took it", (await Compute().StatusAsync(run, Cancellation)).Reason, StringComparison.Ordinal);
        var (_, manifest) = Delivery();
        await PostAsync("result", run, new JsonObject { ["outcome"] = "succeeded", ["manifest"] = manifest }, 409);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"outcome\":\"won\"}")]
    [InlineData("{\"outcome\":\"succeeded\"}")]
    [InlineData("{\"outcome\":\"failed\"}")]
    [InlineData("{\"outcome\":\"running\",\"progress\":2}")]
    [InlineData("{\"outcome\":\"running\",\"surprise\":2}")]
    public void An_answer_that_says_nothing_is_refused(string body) => Assert.False(ExternalAnswer.Read(Encoding.UTF8.GetBytes(body)).Ok);

    [Fact]
    public void A_suite_has_the_compute_that_is_set_and_names_the_setting_of_the_others()
    {
        ServiceProvider Services(params (string Name, string Value)[] settings)
        {
            var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value))).Build();
            var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddLogging().AddSingleton<TimeProvider>(clock).AddTrainingCompute(configuration)
                .AddSingleton(new TableServiceClient(store.ConnectionString)).AddSingleton(new BlobServiceClient(store.ConnectionString)).AddSingleton(store.Connection);
            return services.BuildServiceProvider();
        }

        TrainingComputes Of(params (string Name, string Value)[] settings) => Services(settings).GetRequiredService<TrainingComputes>();
        void Refused(params (string Name, string Value)[] settings) => Assert.Throws<OptionsValidationException>(() => Services(settings).GetRequiredService<IStartupValidator>().Validate());

        Assert.Equal("local", Of().Find(null).Value!.Name);
        Assert.Contains("Compute__External__Key", Of().Find("external").Failure!.Detail, StringComparison.Ordinal);
        Assert.Equal("external", Of(("Compute:External:Key", Key)).Find("external").Value!.Name);
        var azure = Of(("Compute:Name", "container-apps"), ("Compute:ContainerApps:Job", ArmServer.Job));
        Assert.Equal("container-apps", azure.Find("").Value!.Name);
        Assert.Contains("Set Compute__Name to local", azure.Find("local").Failure!.Detail, StringComparison.Ordinal);
        Refused(("Compute:External:Key", "short"));
        Refused(("Compute:Name", "container-apps"), ("Compute:ContainerApps:Job", "train"));
        Refused(("Compute:StaleAfter", "00:01:00"));
    }

    private static RequestSignature Signer => RequestSignature.Parse(Key).Value!;

    private static IOptions<ExternalOptions> Settings => Options.Create(new ExternalOptions { Key = Key });

    private ExternalCompute Compute() => new(store.Runs(clock), Settings, store.Instruments, clock);

    private static (Dictionary<string, byte[]> Files, string Manifest) Delivery()
    {
        var files = RunFiles.Listed.ToDictionary(name => name, name => Encoding.UTF8.GetBytes($"content of {name}"));
        byte[] manifest = JsonSerializer.SerializeToUtf8Bytes(RunManifest.Of(new string('0', 64), files), JsonSerializerOptions.Web);
        files.Add(RunFiles.Manifest, manifest);
        return (files, FileStamp.Of(manifest).Sha256);
    }

    private static async Task UploadAsync(HttpClient http, string link, byte[] content)
    {
        using var put = new HttpRequestMessage(HttpMethod.Put, link) { Content = new ByteArrayContent(content) };
        put.Headers.Add("x-ms-blob-type", "BlockBlob");
        using var answer = await http.SendAsync(put, Cancellation);
        Assert.Equal(201, (int)answer.StatusCode);
    }

    private async Task RefusedAsync(TrainingRunId run, byte[] body, DateTimeOffset time, string signature, string? id = null) =>
        Assert.Equal(401, (await SendAsync("result", run, body, time, signature, id)).Status);

    private async Task<JsonNode> PostAsync(string route, TrainingRunId run, JsonObject body, int status)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(body.ToJsonString());
        var (answered, text) = await SendAsync(route, run, bytes, clock.GetUtcNow(), Signer.Sign(run.ToString(), clock.GetUtcNow(), bytes));
        Assert.True(answered == status, $"{route} {run}: {answered} {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>A request as the function gets it.</summary>
    private async Task<(int Status, string Text)> SendAsync(string route, TrainingRunId run, byte[] body, DateTimeOffset time, string signature, string? id = null)
    {
        var blobs = new BlobServiceClient(store.ConnectionString);
        var requests = new SignedRequests(Settings, store.Instruments, clock);
        var functions = new ExternalRunFunctions(requests, new ExternalRuns(store.Runs(clock), new RunLinks(blobs), new DeliveredFiles(blobs), Settings, store.Instruments, clock), new RunEnds(NullLogger<RunEnds>.Instance));
        await using var retrainings = new DeafRetrainings(told);
        await using var provider = new ServiceCollection().AddLogging(l => l.ClearProviders()).BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = provider, Request = { Body = new MemoryStream(body), ContentLength = body.Length }, Response = { Body = new MemoryStream() } };
        context.Request.Headers[StandardWebhook.IdHeader] = id ?? run.ToString();
        context.Request.Headers[StandardWebhook.TimeHeader] = time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        context.Request.Headers[StandardWebhook.SignatureHeader] = signature;
        var result = route == "work" ? await functions.TakeTrainingRun(context.Request, run.ToString(), Cancellation) : await functions.AnswerTrainingRun(context.Request, run.ToString(), retrainings, Cancellation);
        await result.ExecuteAsync(context);
        return (context.Response.StatusCode, Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray()));
    }
}
