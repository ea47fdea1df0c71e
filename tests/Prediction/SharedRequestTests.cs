using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Tests.Platform.Inference;
using Xunit;

namespace Tidemark.Tests.Prediction;

/// <summary>Request bodies that other servers publish for their users.</summary>
public sealed class SharedRequestTests
{
    private static string Read(string name)
    {
        Assert.SkipWhen(Repository.Data is null, "The folder of real data is not here (TIDEMARK_DATA).");
        return File.ReadAllText(Path.Combine(Repository.Data!, "open_inference", name));
    }

    private static Task<PredictionHost> IrisAsync() => PredictionHost.StartAsync(shelf => PredictionHost.Add(shelf, "iris", new OnnxWriter()
        .Input("input-0", TensorElementType.Float, -1, 4).Output("score", TensorElementType.Float, -1, 1)
        .Weights("w", [1, 10, 100, 1000], 4, 1).Node("MatMul", ["input-0", "w"], ["score"])));

    [Theory]
    [InlineData("sample_iris_request.json", "[4321]")]
    [InlineData("sample_kserve_v2_iris.json", "[1914.8,2090]")]
    public async Task Open_inference_samples_are_answered(string file, string expected)
    {
        string body = Read(file);
        await using var host = await IrisAsync();
        var reply = await host.InferAsync("iris", body);
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        var data = reply.Json.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(score => score.GetSingle()).ToArray();
        float[] wanted = JsonSerializer.Deserialize<float[]>(expected)!;
        Assert.Equal(wanted.Length, data.Length);
        for (int i = 0; i < data.Length; i++) Assert.Equal(wanted[i], data[i], 0.01f);
    }

    [Fact]
    public async Task Instances_of_kserve_v1_are_answered_as_a_table()
    {
        string one = Read("sample_kserve_v1_iris.json");
        using var batch = JsonDocument.Parse(Read("sample_kserve_iris_batch.json"));
        await using var host = await IrisAsync();
        foreach (string body in batch.RootElement.EnumerateArray().Select(request => request.GetRawText()).Append(one))
        {
            var reply = await host.InvokeAsync("iris", body);
            Assert.Equal(2, reply.Json.GetProperty("predictions").GetArrayLength());
        }
    }

    [Theory]
    [InlineData("triton_perf_int_data.json", TensorElementType.Int32, "INT32")]
    [InlineData("triton_perf_string_data.json", TensorElementType.String, "BYTES")]
    [InlineData("triton_perf_output.json", TensorElementType.Int32, "INT32")]
    public async Task Values_of_tritons_load_generator_come_back_as_they_went_in(string file, TensorElementType type, string word)
    {
        using var document = JsonDocument.Parse(Read(file));
        await using var host = await PredictionHost.StartAsync(shelf => PredictionHost.Add(shelf, "pair", new OnnxWriter()
            .Input("INPUT0", type, 16).Input("INPUT1", type, 16).Output("OUTPUT0", type, 16).Output("OUTPUT1", type, 16)
            .Node("Identity", ["INPUT0"], ["OUTPUT0"]).Node("Identity", ["INPUT1"], ["OUTPUT1"])));
        foreach (var step in document.RootElement.GetProperty("data").EnumerateArray())
        {
            var body = new StringBuilder("""{"inputs":[""");
            foreach (var input in step.EnumerateObject())
            {
                body.Append(body.Length > 11 ? "," : "").Append($$"""{"name":"{{input.Name}}","shape":[16],"datatype":"{{word}}","data":{{input.Value.GetRawText()}}}""");
            }

            var reply = await host.InferAsync("pair", body.Append("]}").ToString());
            Assert.True(reply.Status == HttpStatusCode.OK, reply.Text);
            Assert.Equal(
                JsonSerializer.Serialize(step.GetProperty("INPUT1")),
                JsonSerializer.Serialize(reply.Json.GetProperty("outputs")[1].GetProperty("data")));
        }
    }

    [Fact]
    public void Status_codes_are_those_of_the_published_interface()
    {
        using var document = JsonDocument.Parse(Read("mlserver_dataplane_openapi.json"));
        var infer = document.RootElement.GetProperty("paths").GetProperty("/v2/models/{model_name}/infer").GetProperty("post").GetProperty("responses");
        foreach (string status in new[] { "200", "400", "404" }) Assert.True(infer.TryGetProperty(status, out _));
        Assert.False(infer.TryGetProperty("422", out _));
    }
}
