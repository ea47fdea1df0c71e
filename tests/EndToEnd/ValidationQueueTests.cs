using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Xunit;

namespace Tidemark.Tests.EndToEnd;

/// <summary>Validations of large files by the real queue of a real process.</summary>
public sealed class ValidationQueueTests
{
    private const string Suite = """{"name": "ages", "expectations": [{"type": "expect_column_values_to_be_between", "kwargs": {"column": "age", "min_value": 0, "max_value": 120}}]}""";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_large_file_is_answered_later_and_what_can_not_be_done_ends_as_failed()
    {
        await using RunningSuite suite = await RunningSuite.StartAsync(settings: ("AzureFunctionsJobHost__extensions__queues__visibilityTimeout", "00:00:01"));
        var blobs = new BlobServiceClient(suite.Azurite.ConnectionString);
        byte[] row = Encoding.UTF8.GetBytes($"{{\"age\": 30, \"note\": \"{new string('x', 1000)}\"}}\n");
        byte[] rows = [.. Enumerable.Repeat(row, 17_000).SelectMany(bytes => bytes), .. "{\"age\": 300}\n"u8];
        await blobs.GetBlobContainerClient("datasets").UploadBlobAsync("large.jsonl", new BinaryData(rows), Stop);

        JsonNode asked = await suite.Http.PostJsonAsync("api/validations", $$"""{"suite": {{Suite}}, "blob": "datasets/large.jsonl"}""").JsonAsync(202);
        JsonNode result = await ResultAsync(suite.Http, (string)asked["id"]!);
        Assert.Equal((17_001, "[300]"), ((int)result["results"]![0]!["result"]!["element_count"]!, result["results"]![0]!["result"]!["partial_unexpected_list"]!.ToJsonString()));
        string page = await suite.Http.GetStringAsync($"api/validations/{(string)asked["id"]!}/docs", Stop);
        Assert.Contains("0 of 1 expectations hold", page, StringComparison.Ordinal);

        string poisoned = await PoisonAsync(suite, blobs);
        JsonNode failed = await ResultAsync(suite.Http, poisoned);
        Assert.Equal((poisoned, "failed"), ((string?)failed["id"], (string?)failed["status"]));
        Assert.Contains("tried several times", (string?)failed["detail"], StringComparison.Ordinal);
    }

    /// <summary>A request that throws each time, since the container that it reads is gone.</summary>
    private static async Task<string> PoisonAsync(RunningSuite suite, BlobServiceClient blobs)
    {
        string id = Guid.NewGuid().ToString("N");
        await blobs.GetBlobContainerClient("quarantine").DeleteIfExistsAsync(cancellationToken: Stop);
        await blobs.GetBlobContainerClient("reports").UploadBlobAsync($"validations/{id}/request.json", BinaryData.FromString($$"""{"suite": {{Suite}}, "blob": "quarantine/x.csv"}"""), Stop);
        var queue = new QueueClient(suite.Azurite.ConnectionString, "validations", new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None });
        await queue.SendMessageAsync(id, Stop);
        return id;
    }

    private static async Task<JsonNode> ResultAsync(HttpClient http, string id)
    {
        JsonNode? result = null;
        await Eventually.TrueAsync(
            async () =>
            {
                using HttpResponseMessage answer = await http.GetAsync($"api/validations/{id}", Stop);
                if (answer.StatusCode == HttpStatusCode.Accepted)
                    return false;
                result = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Stop));
                return true;
            },
            $"validation {id} has ended");
        return result!;
    }
}
