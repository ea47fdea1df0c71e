using System.Collections.Concurrent;
using System.Globalization;
using Azure.Data.Tables;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tidemark.Local;
using Tidemark.Retraining.Contract;
using Xunit;

namespace Tidemark.Tests.Training;

/// <summary>Claim mode, held by any trainer, on an Azurite of its own: the table's name is the suite's.</summary>
public abstract class ClaimTests : IAsyncLifetime
{
    private Azurite? azurite;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The candidate whose fits are interrupted.</summary>
    protected abstract string LongStep { get; }

    /// <summary>Rows and trials of a run that is long enough to be interrupted there.</summary>
    protected abstract (int Rows, int Trials) Long { get; }

    private TableClient Table => new(azurite!.ConnectionString, "trainingruns");

    private BlobContainerClient Runs => new(azurite!.ConnectionString, "runs");

    public async ValueTask InitializeAsync()
    {
        await CommandAsync();
        azurite = await Azurite.StartAsync(new(Repository.Root));
        await Table.CreateAsync(Cancellation);
        await Runs.CreateAsync(cancellationToken: Cancellation);
        await new BlobContainerClient(azurite.ConnectionString, "datasets").CreateAsync(cancellationToken: Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (azurite is not null) await azurite.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected abstract Task<TrainerCommand> CommandAsync();

    [Fact]
    public async Task Of_two_workers_one_trains_the_oldest_run_and_the_other_finds_nothing()
    {
        await AskAsync("only", rows: 300, trials: 1);

        int[] codes = await Task.WhenAll(WorkAsync(), WorkAsync());

        Assert.Equal([0, 0], codes);
        var row = (await RowAsync("only"))!;
        Assert.Equal(("Succeeded", 1), (row.GetString("Status"), row.GetInt32("Attempt")));
        byte[] manifest = await BlobAsync("only/manifest.json");
        Assert.Equal(FileStamp.Of(manifest).Sha256, row.GetString("Manifest"));
        foreach (var (name, stamp) in RunManifest.Read(manifest)!.Files) Assert.Equal(stamp, FileStamp.Of(await BlobAsync($"only/{name}")));
        Assert.Equal(0, await WorkAsync());
        Assert.Equal(1, (await RowAsync("only"))!.GetInt32("Attempt"));
    }

    [Fact]
    public async Task A_preempted_run_goes_on_elsewhere_and_ends_with_the_same_bytes()
    {
        await AskAsync("whole", Long.Rows, Long.Trials);
        Assert.Equal(0, await WorkAsync());
        await AskAsync("cut", Long.Rows, Long.Trials);

        Assert.Equal(75, await WorkAsync(interrupt: true));
        Assert.Equal("Pending", (await RowAsync("cut"))!.GetString("Status"));
        Assert.False((await Runs.GetBlobClient("cut/manifest.json").ExistsAsync(Cancellation)).Value);
        Assert.True((await Runs.GetBlobClient("cut/checkpoint/job.bin").ExistsAsync(Cancellation)).Value);
        Assert.Equal(0, await WorkAsync());

        Assert.Equal(("Succeeded", 2), ((await RowAsync("cut"))!.GetString("Status"), (await RowAsync("cut"))!.GetInt32("Attempt")));
        foreach (string name in new[] { RunFiles.Model, RunFiles.Metrics, RunFiles.Profile, RunFiles.Parity })
            Assert.Equal(FileStamp.Of(await BlobAsync($"whole/{name}")), FileStamp.Of(await BlobAsync($"cut/{name}")));
    }

    [Fact]
    public async Task Data_at_fault_fail_the_run_with_a_word()
    {
        await AskAsync("empty", rows: 0, trials: 1);

        Assert.Equal(65, await WorkAsync());

        var row = (await RowAsync("empty"))!;
        Assert.Equal("Failed", row.GetString("Status"));
        Assert.Contains("no row", row.GetString("Detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_workers_run_is_taken_over_and_a_living_ones_is_left()
    {
        await AskAsync("silent", rows: 300, trials: 1);
        await AskAsync("alive", rows: 300, trials: 1);
        var now = TimeProvider.System.GetUtcNow();
        await Table.UpdateEntityAsync(new TableEntity("run", "silent") { ["Status"] = "Running", ["Worker"] = "gone", ["Heartbeat"] = now.AddMinutes(-3), ["Attempt"] = 1 }, Azure.ETag.All, TableUpdateMode.Merge, Cancellation);
        await Table.UpdateEntityAsync(new TableEntity("run", "alive") { ["Status"] = "Running", ["Worker"] = "other", ["Heartbeat"] = now, ["Attempt"] = 1 }, Azure.ETag.All, TableUpdateMode.Merge, Cancellation);

        Assert.Equal(0, await WorkAsync());
        Assert.Equal(0, await WorkAsync());

        Assert.Equal(("Succeeded", 2), ((await RowAsync("silent"))!.GetString("Status"), (await RowAsync("silent"))!.GetInt32("Attempt")));
        Assert.Equal("other", (await RowAsync("alive"))!.GetString("Worker"));
    }

    protected async Task AskAsync(string id, int rows, int trials)
    {
        var spec = TrainingData.Spec("binary", trials: trials);
        spec["contract"] = 1;
        if (rows < 1000) spec["candidates"] = new System.Text.Json.Nodes.JsonArray("linear");
        spec["dataset"] = new System.Text.Json.Nodes.JsonObject { ["blob"] = $"datasets/{id}.csv" };
        await new BlobClient(azurite!.ConnectionString, "datasets", $"{id}.csv").UploadAsync(BinaryData.FromString(TrainingData.Csv(rows, "binary")), Cancellation);
        await Runs.UploadBlobAsync($"{id}/spec.json", BinaryData.FromString(spec.ToJsonString()), Cancellation);
        await Table.AddEntityAsync(new TableEntity("run", id) { ["Status"] = "Pending", ["Created"] = TimeProvider.System.GetUtcNow(), ["Model"] = "heart" }, Cancellation);
    }

    /// <summary>How the trainer reaches storage.</summary>
    protected string ConnectionString => azurite!.ConnectionString;

    protected async Task<int> WorkAsync(bool interrupt = false, IReadOnlyDictionary<string, string?>? settings = null)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var command = await CommandAsync();
        await using var process = ChildProcess.Start(
            command.Program, [.. command.Arguments, "--claim", "--threads", "1"], settings ?? new Dictionary<string, string?> { ["AzureWebJobsStorage"] = ConnectionString }, "build the solution",
            line => { if (interrupt && line.Contains($"\"step\":\"{LongStep}\"", StringComparison.Ordinal)) reached.TrySetResult(); });
        await Task.WhenAny(reached.Task, process.Exited);
        if (interrupt) Signal.Send(process.Id, Signal.Terminate);
        return await process.Exited;
    }

    protected async Task<TableEntity?> RowAsync(string id) => (await Table.GetEntityAsync<TableEntity>("run", id, cancellationToken: Cancellation)).Value;

    private async Task<byte[]> BlobAsync(string name) => (await Runs.GetBlobClient(name).DownloadContentAsync(Cancellation)).Value.Content.ToArray();
}

/// <summary>The C# trainer claims.</summary>
public sealed class CSharpClaimTests : ClaimTests
{
    protected override string LongStep => "trees";

    protected override (int Rows, int Trials) Long => (6000, 3);

    protected override Task<TrainerCommand> CommandAsync() => Task.FromResult(TrainerCommand.CSharp);
}

/// <summary>The PyTorch trainer claims, through storage's HTTP interface.</summary>
public sealed class PyTorchClaimTests : ClaimTests
{
    protected override string LongStep => "network";

    protected override (int Rows, int Trials) Long => (3000, 1);

    [Fact]
    public async Task A_shared_access_signature_opens_storage_to_it()
    {
        await AskAsync("empty", rows: 0, trials: 1);
        var parts = ConnectionString.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        var signature = new AccountSasBuilder(AccountSasPermissions.All, TimeProvider.System.GetUtcNow().AddHours(1), AccountSasServices.All, AccountSasResourceTypes.All) { Protocol = SasProtocol.HttpsAndHttp }
            .ToSasQueryParameters(new StorageSharedKeyCredential(parts["AccountName"], parts["AccountKey"]));

        Assert.Equal(65, await WorkAsync(settings: Settings($"BlobEndpoint={parts["BlobEndpoint"]};TableEndpoint={parts["TableEndpoint"]};SharedAccessSignature={signature}")));

        Assert.Equal("Failed", (await RowAsync("empty"))!.GetString("Status"));
    }

    [Fact]
    public async Task A_managed_identitys_token_is_asked_for_and_shown()
    {
        var asked = new ConcurrentQueue<string>();
        var builder = WebApplication.CreateSlimBuilder([]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var azure = builder.Build();
        azure.MapGet("/token", (HttpRequest request) =>
        {
            asked.Enqueue($"{request.Query["resource"]} {request.Query["client_id"]} {request.Headers["X-IDENTITY-HEADER"]}");
            return Results.Json(new { access_token = "shown", expires_on = TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) });
        });
        azure.MapFallback((HttpRequest request) =>
        {
            asked.Enqueue($"{request.Path} {request.Headers.Authorization}");
            return Results.StatusCode(404); // no table yet
        });
        await azure.StartAsync(TestContext.Current.CancellationToken);
        string address = azure.Urls.Single();

        int code = await WorkAsync(settings: new Dictionary<string, string?>
        {
            ["AzureWebJobsStorage"] = null,
            ["AzureWebJobsStorage__blobServiceUri"] = address,
            ["AzureWebJobsStorage__tableServiceUri"] = address,
            ["AzureWebJobsStorage__clientId"] = "trainer",
            ["IDENTITY_ENDPOINT"] = address + "/token",
            ["IDENTITY_HEADER"] = "asked",
        });

        Assert.Equal(0, code);
        Assert.Equal(["https://storage.azure.com/ trainer asked", "/trainingruns() Bearer shown"], asked);
    }

    protected override Task<TrainerCommand> CommandAsync() => TrainerCommand.PythonAsync();

    private static Dictionary<string, string?> Settings(string connection) => new() { ["AzureWebJobsStorage"] = connection };
}
