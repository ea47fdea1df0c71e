using System.Text;
using Tidemark.Platform.Storage;
using Tidemark.Tests.Registry;
using Xunit;

namespace Tidemark.Tests.Platform;

public sealed class BlobCreatedTests
{
    [Fact]
    public void Reads_plain_and_base64_messages_alike()
    {
        string message = Events.Created("heart/2/model.onnx");

        foreach (string text in new[] { message, Convert.ToBase64String(Encoding.UTF8.GetBytes(message)), "\n " + message })
            Assert.Equal(new BlobCreated("models", "heart/2/model.onnx", "0x8DE"), BlobCreated.Parse(text).Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"specversion\":\"1.0\",\"type\":7}")]
    [InlineData("bm90IGpzb24=")]
    public void Anything_else_is_refused_as_a_value(string message) => Assert.Contains("no blob event", BlobCreated.Parse(message).Failure!.Detail, StringComparison.Ordinal);

    [Fact]
    public void Other_events_and_crooked_subjects_are_refused_by_name()
    {
        Assert.Contains("BlobDeleted", BlobCreated.Parse(Events.Created("a/b", type: "Microsoft.Storage.BlobDeleted")).Failure!.Detail, StringComparison.Ordinal);
        Assert.Contains("subject", BlobCreated.Parse(Events.Created("")).Failure!.Detail, StringComparison.Ordinal);
        Assert.Contains("subject", BlobCreated.Parse(Events.Created("a", container: "")).Failure!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(20261121);
        for (int i = 0; i < 2000; i++)
        {
            byte[] bytes = new byte[random.Next(60)];
            random.NextBytes(bytes);
            string text = (i % 2 == 0 ? "{" : "") + Encoding.Latin1.GetString(bytes);
            Assert.False(BlobCreated.Parse(text).Ok);
        }
    }
}
