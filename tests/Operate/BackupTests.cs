using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Tidemark.Local;
using Tidemark.Operate;
using Tidemark.Operate.Backup;
using Tidemark.Tests.EndToEnd;
using Xunit;

namespace Tidemark.Tests.Operate;

/// <summary>What <c>docs/disaster-recovery.md</c> says of losing all storage.</summary>
public sealed class BackupTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_suite_whose_storage_was_lost_is_restored_from_an_export_and_answers_as_before()
    {
        using var folder = new TemporaryFolder();
        string export = Path.Combine(folder.Path, "export");
        JsonNode answer, history, rows;
        await using (var before = await RunningSuite.StartAsync())
        {
            await before.Http.ServeHeartAsync("heart");
            answer = await before.Http.InferAsync("heart").JsonAsync();
            history = await before.Http.GetAsync("api/models/heart/history", Cancellation).JsonAsync();
            rows = await before.Http.GetAsync("api/audit", Cancellation).JsonAsync();
            Assert.Equal((0, ""), await RunAsync(before.Azurite.ConnectionString, "export", export));
        }

        await using var azurite = await Azurite.StartAsync(new(Repository.Root));
        Assert.Equal((0, ""), await RunAsync(azurite.ConnectionString, "import", export));
        await using var host = await HostProcess.StartAsync(new(Repository.Root) { Settings = new Dictionary<string, string?> { ["AzureWebJobsStorage"] = azurite.ConnectionString, ["BlobWatcher__models"] = "model-intake" } });
        using var http = new HttpClient { BaseAddress = host.Address, Timeout = TimeSpan.FromSeconds(60) };
        await Eventually.TrueAsync(async () => (await http.GetAsync("v2/health/ready", Cancellation)).IsSuccessStatusCode, "the host is ready");

        JsonNode after = await http.InferAsync("heart").JsonAsync();
        Assert.Equal(answer["outputs"]!.ToJsonString(), after["outputs"]!.ToJsonString());
        Assert.Equal(answer["model_version"]!.ToJsonString(), after["model_version"]!.ToJsonString());
        Assert.Equal(history.ToJsonString(), (await http.GetAsync("api/models/heart/history", Cancellation).JsonAsync()).ToJsonString());
        Assert.Equal(rows.ToJsonString(), (await http.GetAsync("api/audit", Cancellation).JsonAsync()).ToJsonString());
        Assert.True((bool)(await http.GetAsync("api/audit/verify", Cancellation).JsonAsync())["intact"]!);
    }

    [Fact]
    public async Task An_export_that_is_not_whole_or_was_changed_is_refused_and_a_repeated_import_writes_nothing()
    {
        using var folder = new TemporaryFolder();
        string export = Path.Combine(folder.Path, "export");
        await using var azurite = await Azurite.StartAsync(new(Repository.Root));
        var storage = StorageState.Read(Settings(azurite.ConnectionString));
        await storage.Tables.CreateTableIfNotExistsAsync("models", Cancellation);
        await storage.Tables.GetTableClient("models").AddEntityAsync(Row(), Cancellation);
        foreach (string container in (string[])["models", "incoming"])
        {
            await storage.Blobs.GetBlobContainerClient(container).CreateIfNotExistsAsync(cancellationToken: Cancellation);
            await storage.Blobs.GetBlobContainerClient(container).GetBlobClient("odd name/\u00e9 %2F.bin").UploadAsync(new BinaryData("content"), Cancellation);
        }

        Assert.Equal((0, ""), await RunAsync(azurite.ConnectionString, "export", export));
        Assert.StartsWith($"'{export}' is not empty", (await RunAsync(azurite.ConnectionString, "export", export)).Errors, StringComparison.Ordinal);
        await storage.Tables.GetTableClient("models").DeleteEntityAsync("p", "r", cancellationToken: Cancellation);
        Assert.Equal(new Imported(1, 1), await new Import(storage, new(export)).RunAsync(dropped: false, Cancellation)); // the row; the blob in 'incoming' is left out
        Assert.Equal(new Imported(0, 3), await new Import(storage, new(export)).RunAsync(dropped: true, Cancellation));
        Assert.Equal(TableRow.Write(Row()), TableRow.Write((await storage.Tables.GetTableClient("models").GetEntityAsync<Azure.Data.Tables.TableEntity>("p", "r", cancellationToken: Cancellation)).Value));

        await File.AppendAllTextAsync(Path.Combine(export, "tables/models.jsonl"), "{}\n", Cancellation);
        Assert.Contains("are not those that were exported", (await RunAsync(azurite.ConnectionString, "import", export)).Errors, StringComparison.Ordinal);
        File.Delete(Path.Combine(export, "export.json"));
        Assert.Contains("holds no whole export", (await RunAsync(azurite.ConnectionString, "import", export)).Errors, StringComparison.Ordinal);
        Assert.Equal(2, (await RunAsync(azurite.ConnectionString, "restore", export)).Code);
        Assert.Equal(1, (await RunAsync("", "export", export)).Code);
    }

    /// <summary>One column of each type that a table may have.</summary>
    private static Azure.Data.Tables.TableEntity Row() => new("p", "r")
    {
        ["Text"] = "a\u00e9\"\n",
        ["Whole"] = 7,
        ["Long"] = 1L << 60,
        ["Real"] = 0.1,
        ["Truth"] = true,
        ["When"] = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero),
        ["Id"] = new Guid("11111111-2222-3333-4444-555555555555"),
        ["Bytes"] = new byte[] { 0, 255 },
    };

    private static async Task<(int Code, string Errors)> RunAsync(string connection, params string[] arguments)
    {
        await using StringWriter output = new(), errors = new();
        int code = await OperateCommand.RunAsync(arguments, Settings(connection), output, errors);
        return (code, errors.ToString().TrimEnd());
    }

    private static IConfiguration Settings(string connection) => new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", connection)]).Build();
}
