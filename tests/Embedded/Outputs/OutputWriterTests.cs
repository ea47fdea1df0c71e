using Azure.Core.Serialization;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Outputs;

public sealed class OutputWriterTests(AzuriteFixture azurite)
{
    private static readonly FunctionEntry Function = FunctionCatalog.Discover([typeof(Sender)]).Functions[0];

    private readonly string queue = $"o{Guid.NewGuid():N}";

    [Fact]
    public async Task Text_bytes_and_objects_become_one_message_each_in_a_queue_made_on_demand()
    {
        Assert.Equal(["plain", "bytes", """{"Model":"heart","Rows":3}""", "7"], await SendAsync("plain", "bytes"u8.ToArray(), new Row("heart", 3), 7));
    }

    [Fact]
    public async Task Every_element_of_an_array_becomes_a_message_even_of_an_array_written_as_text()
    {
        Assert.Equal(["a", "b"], await SendAsync((object)new[] { "a", "b" }));
        Assert.Equal(["""{"Model":"heart","Rows":1}""", """{"Model":"wine","Rows":2}"""], await SendAsync(new List<Row> { new("heart", 1), new("wine", 2) }));
        Assert.Equal(["1", "text", "[2]"], await SendAsync(""" [1, "text", null, [2]] """));
        Assert.Equal(["[no JSON"], await SendAsync("[no JSON"));
        Assert.Empty(await SendAsync(Array.Empty<Row>()));
    }

    [Fact]
    public async Task What_cannot_be_serialized_is_sent_as_its_text()
    {
        Assert.Equal([typeof(string).ToString()], await SendAsync(typeof(string)));
    }

    [Fact]
    public async Task Body_is_base64_where_host_json_says_so()
    {
        Assert.Equal([Convert.ToBase64String("gr\u00fc\u00df"u8), Convert.ToBase64String([0, 255])], await SendAsync(base64: true, "gr\u00fc\u00df", new byte[] { 0, 255 }));
    }

    [Fact]
    public async Task Queue_name_is_filled_from_binding_data()
    {
        QueueClient target = new QueueServiceClient(azurite.ConnectionString).GetQueueClient($"{queue}-heart");
        await Writer(base64: false).WriteAsync(
            Function, [Output($"{queue}-{{model}}", "x")], new Dictionary<string, object?> { ["Model"] = "Heart" }, TestContext.Current.CancellationToken);

        Assert.Equal("x", (await target.ReceiveMessageAsync(cancellationToken: TestContext.Current.CancellationToken)).Value.Body.ToString());
    }

    private Task<string[]> SendAsync(params object[] values) => SendAsync(base64: false, values);

    private async Task<string[]> SendAsync(bool base64, params object[] values)
    {
        QueueClient client = new QueueServiceClient(azurite.ConnectionString).GetQueueClient(queue);
        await client.CreateIfNotExistsAsync();
        await client.ClearMessagesAsync();
        await Writer(base64).WriteAsync(Function, [.. values.Select(value => Output(queue, value))], new Dictionary<string, object?>(), CancellationToken.None);
        QueueMessage[] messages = await client.ReceiveMessagesAsync(32);
        return [.. messages.Select(message => message.Body.ToString())];
    }

    private OutputWriter Writer(bool base64)
    {
        IConfiguration settings = new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", azurite.ConnectionString)]).Build();
        QueueSettings queues = new(16, 8, TimeSpan.FromMinutes(1), TimeSpan.Zero, 5, base64);
        return new(new StorageConnections(settings), queues, new PathTemplate(settings, new FakeClock()), new JsonObjectSerializer());
    }

    private static OutputValue Output(string queue, object value) => new(new FunctionOutput("$return", new QueueOutputAttribute(queue), null), value);

    internal sealed record Row(string Model, int Rows);

    public sealed class Sender
    {
        [Function(nameof(Send))]
        [QueueOutput("unused")]
        public static string Send([QueueTrigger("unused")] string message) => message;
    }
}
