using System.Globalization;
using System.Text.Json;
using Azure.Storage.Blobs;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Storage;
using Tidemark.Platform.Tabular;
using Xunit;

namespace Tidemark.Tests.Platform.PredictionLog;

public sealed class LogStoreTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Hour = new(2026, 11, 20, 23, 0, 0, TimeSpan.Zero);

    private static readonly string[] Columns = ["input.age", "input.name", "output.score", "version", "source"];

    private readonly string model = "m" + Guid.NewGuid().ToString("N");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_come_back_as_they_went_in_by_version_and_whole_hours()
    {
        LogStore log = await LogAsync();
        await WriteAsync(log, LogNames.File(model, Hour.AddMinutes(59), "host", 1), "1", Row(Hour.AddMinutes(59), age: 41, name: "Ä\"\n", score: 0.25));
        await WriteAsync(log, LogNames.File(model, Hour, "host", 2), "2", Row(Hour, age: 42, name: null, score: double.NaN));
        await WriteAsync(log, LogNames.File(model, Hour.AddHours(1), "host", 1), "1", Row(Hour.AddHours(1), age: 43, name: "x", score: 1));

        Assert.Equal(["41|Ä\"\n|0.25|1|http"], await ReadAsync(log, LogRange.Of(model, "1", Hour)));
        Assert.Equal(["42|||2|http"], await ReadAsync(log, LogRange.Of(model, "2", Hour.AddMinutes(30))));
        Assert.Equal(["41|Ä\"\n|0.25|1|http", "42|||2|http", "43|x|1|1|http"], await ReadAsync(log, new(model, null, Hour, Hour.AddHours(2))));
        Assert.Empty(await ReadAsync(log, LogRange.Of(model, null, Hour.AddHours(2))));
    }

    [Fact]
    public async Task A_repeated_shard_overwrites_its_file()
    {
        LogStore log = await LogAsync();
        for (int i = 0; i < 2; i++)
            await WriteAsync(log, LogNames.BatchFile(model, Hour, "job", 7), "1", Row(Hour, age: i, name: "a", score: 0));
        StoredLogFile file = await log.FilesAsync(LogRange.Of(model, null, Hour), Stop).SingleAsync(Stop);
        Assert.Equal((1, $"{model}/2026/11/20/23/batch-job-7.jsonl.gz", Hour), (file.Rows, file.Name, file.Hour));
        Assert.Equal(["1|a|0|1|http"], await ReadAsync(log, LogRange.Of(model, "1", Hour)));
    }

    [Fact]
    public async Task A_broken_file_is_told_and_the_others_are_read()
    {
        LogStore log = await LogAsync();
        var container = new BlobServiceClient(azurite.ConnectionString).GetBlobContainerClient(StorageNames.Containers.PredictionLog);
        await container.GetBlobClient(LogNames.File(model, Hour, "a", 1)).UploadAsync(BinaryData.FromBytes([0x1F, 0x8B, 8, 0, 1, 2, 3]), Stop);
        await WriteAsync(log, LogNames.File(model, Hour, "b", 1), "1", Row(Hour, age: 1, name: "a", score: 0));

        List<string> broken = [];
        Assert.Single(await ReadAsync(log, LogRange.Of(model, null, Hour), broken));
        Assert.Equal([LogNames.File(model, Hour, "a", 1)], broken);
    }

    [Fact]
    public void Personal_columns_are_hashed_with_the_key_or_left_out()
    {
        Dictionary<string, Personal> rules = new() { ["name"] = Personal.Hash, ["age"] = Personal.Omit };
        string Line(string? key) => LineOf(new LogPolicy { Personal = rules, Hash = PersonalHash.Parse(key).Value });

        string hashed = Line("a key of 16 char"), other = Line("another key of 16");
        Assert.Matches("\"input.name\":\"h:[0-9a-f]{32}\"", hashed);
        Assert.Equal(hashed, Line("a key of 16 char"));
        Assert.NotEqual(hashed, other);
        Assert.DoesNotContain("Ada", hashed, StringComparison.Ordinal);
        Assert.DoesNotContain("input.age", hashed, StringComparison.Ordinal);
        Assert.DoesNotContain("input.name", Line(null), StringComparison.Ordinal);
        Assert.Contains("at least 16", PersonalHash.Parse("short").Failure!.Detail, StringComparison.Ordinal);
    }

    private static string LineOf(LogPolicy policy)
    {
        using var file = new LogFile("1", LogNames.FromHttp, policy);
        Add(file, Row(Hour, age: 41, name: "Ada", score: 0.5), PredictionId.OfJob("fixed", Hour));
        using var lines = new StreamReader(new System.IO.Compression.GZipStream(new MemoryStream(file.Finish().ToArray()), System.IO.Compression.CompressionMode.Decompress));
        string line = lines.ReadToEnd();
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(line).RootElement.ValueKind);
        return line;
    }

    private static async Task<List<string>> ReadAsync(LogStore log, LogRange range, List<string>? broken = null)
    {
        List<string> rows = [];
        await foreach (Table batch in log.ReadAsync(range, (file, _) => broken!.Add(file.Name), Stop))
        {
            for (int row = 0; row < batch.Rows; row++)
                rows.Add(string.Join('|', Columns.Select(c => Convert.ToString(batch.Find(c)?.Cell(row), CultureInfo.InvariantCulture))));
        }

        return rows;
    }

    private async Task<LogStore> LogAsync()
    {
        var blobs = new BlobServiceClient(azurite.ConnectionString, StorageClients.BlobOptions());
        await blobs.GetBlobContainerClient(StorageNames.Containers.PredictionLog).CreateIfNotExistsAsync(cancellationToken: Stop);
        return new LogStore(blobs);
    }

    private static async Task WriteAsync(LogStore log, string name, string version, (DateTimeOffset, Table, Table) row)
    {
        using var file = new LogFile(version, LogNames.FromHttp, LogPolicy.Default);
        Add(file, row, PredictionId.New(row.Item1));
        await log.WriteAsync(name, file, Stop);
    }

    private static void Add(LogFile file, (DateTimeOffset Time, Table Input, Table Output) row, PredictionId id) =>
        file.Add(new LogEntry(id, row.Time, 1.25, CorrelationId: "corr", Key: "42"), row.Input, row.Output, 0);

    private static (DateTimeOffset, Table, Table) Row(DateTimeOffset time, long age, string? name, double score)
    {
        var ages = new IntegerColumn("age");
        ages.Append(age);
        var names = new TextColumn("name");
        if (name is null)
            names.AppendMissing();
        else
            names.Append(name);
        var scores = new RealColumn("score");
        scores.Append(score);
        return (time, new Table([ages, names]).Filled(1), new Table([scores]).Filled(1));
    }
}
