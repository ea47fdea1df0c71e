using System.Net;
using Xunit;

namespace Tidemark.Tests.Prediction;

public sealed class ServerAndModelTests
{
    private const string OneRow = """{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3]}]}""";

    [Fact]
    public async Task Describes_server_and_models_in_the_protocols_words()
    {
        await using var host = await PredictionHost.StartAsync();

        var server = await host.GetAsync("/v2");
        var model = await host.GetAsync("/v2/models/linear");
        var version = await host.GetAsync("/v2/models/linear/versions/1");

        Assert.Equal("tidemark", server.Json.GetProperty("name").GetString());
        Assert.NotEmpty(server.Json.GetProperty("version").GetString()!);
        Assert.Equal(0, server.Json.GetProperty("extensions").GetArrayLength());
        Assert.Equal("""{"name":"linear","versions":["1"],"platform":"onnxruntime_onnx","inputs":[{"name":"x","datatype":"FP32","shape":[-1,3]}],"outputs":[{"name":"score","datatype":"FP32","shape":[-1,1]}]}""", model.Text);
        Assert.Equal(model.Text, version.Text);
    }

    [Theory]
    [InlineData("/v2/models/nobody", HttpStatusCode.NotFound)]
    [InlineData("/v2/models/linear/versions/2", HttpStatusCode.NotFound)]
    [InlineData("/v2/models/nobody/ready", HttpStatusCode.NotFound)]
    [InlineData("/v2/models/Bad%20Name", HttpStatusCode.BadRequest)]
    [InlineData("/v2/models/linear/ready", HttpStatusCode.OK)]
    [InlineData("/v2/models/linear/versions/1/ready", HttpStatusCode.OK)]
    [InlineData("/v2/health/live", HttpStatusCode.OK)]
    [InlineData("/v2/health/ready", HttpStatusCode.OK)]
    public async Task Health_and_readiness_answer_by_status(string path, HttpStatusCode status)
    {
        await using var host = await PredictionHost.StartAsync();
        var reply = await host.GetAsync(path);
        Assert.Equal(status, reply.Status);
        if (status != HttpStatusCode.OK) Assert.NotEmpty(reply.Error);
    }

    [Fact]
    public async Task Is_not_ready_before_storage_answered_once_and_stays_ready_in_an_outage()
    {
        await using var host = await PredictionHost.StartAsync(shelf => shelf.StorageDown = true);

        var before = await host.GetAsync("/v2/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, before.Status);
        Assert.Equal("5", before.Header("Retry-After"));
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/v2/health/live")).Status);
        var infer = await host.InferAsync("linear", OneRow);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, infer.Status);
        Assert.Equal("5", infer.Header("Retry-After"));

        host.Shelf.StorageDown = false;
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/v2/health/ready")).Status);
        host.Shelf.StorageDown = true;
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/v2/health/ready")).Status);
    }

    [Fact]
    public async Task The_last_good_model_answers_an_outage_and_says_so_in_a_header()
    {
        await using var host = await PredictionHost.StartAsync();
        Assert.Null((await host.InferAsync("linear", OneRow)).Header("tidemark-model-stale"));
        host.Shelf.StorageDown = true;
        var reply = await host.InferAsync("linear", OneRow);
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal("true", reply.Header("tidemark-model-stale"));
        Assert.Equal("1", reply.Header("tidemark-model-version"));
    }
}
