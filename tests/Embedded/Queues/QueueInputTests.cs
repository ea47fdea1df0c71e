using Azure.Storage.Queues.Models;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Queues;

public sealed class QueueInputTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Binding_data_holds_the_message_and_the_properties_of_a_JSON_body_as_text()
    {
        TriggerInput input = Read("""{ "model": "heart", "rows": 3, "deep": { "a": 1 }, "none": null, "list": [1, 2], "yes": true }""");

        Assert.Equal("m-1", input.BindingData["id"]);
        Assert.Equal("p-1", input.BindingData["popreceipt"]);
        Assert.Equal("2", input.BindingData["DequeueCount"]);
        Assert.Equal("\"2026-11-20T12:00:00+00:00\"", input.BindingData["InsertionTime"]);
        Assert.Equal("\"2026-11-27T12:00:00+00:00\"", input.BindingData["ExpirationTime"]);
        Assert.Equal("\"2026-11-20T12:10:00+00:00\"", input.BindingData["NextVisibleTime"]);
        Assert.Equal("heart", input.BindingData["Model"]);
        Assert.Equal("3", input.BindingData["rows"]);
        Assert.Equal("""{ "a": 1 }""", input.BindingData["deep"]);
        Assert.Equal("true", input.BindingData["yes"]);
        Assert.Null(input.BindingData["none"]);
        Assert.False(input.BindingData.ContainsKey("list"));
    }

    [Fact]
    public void Body_property_hides_a_built_in_of_the_same_name_whatever_its_case() =>
        Assert.Equal("mine", Read("""{ "Id": "mine", "dequeuecount": "x" }""").BindingData["ID"]);

    [Theory]
    [InlineData("plain text")]
    [InlineData("[1, 2]")]
    [InlineData("{ broken")]
    [InlineData("")]
    public void Body_that_is_no_JSON_object_is_just_the_trigger_value(string body)
    {
        TriggerInput input = Read(body);

        Assert.Equal(body, input.BindingData["QueueTrigger"]);
        Assert.Equal(7, input.BindingData.Count);
        Assert.Equal(body, ((QueueMessage)input.Value!).Body.ToString());
    }

    [Fact]
    public void Base64_body_is_decoded_to_its_bytes()
    {
        byte[] bytes = [0, 255, 128, 10];
        TriggerInput input = Read(Convert.ToBase64String(bytes), base64: true);

        Assert.Equal(bytes, ((QueueMessage)input.Value!).Body.ToArray());
    }

    private static TriggerInput Read(string body, bool base64 = false) => QueueInput.From(
        QueuesModelFactory.QueueMessage("m-1", "p-1", BinaryData.FromString(body), 2, Noon.AddMinutes(10), Noon, Noon.AddDays(7)), base64);
}
