using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Benchmarks.Models;
using Tidemark.Benchmarks.Predict;
using Tidemark.Benchmarks.Servers;
using Xunit;

namespace Tidemark.Tests.Benchmarks;

/// <summary>What ./bench relies on: models that load, a floor that reads numbers right, and a client that notices wrong answers.</summary>
public sealed class BenchmarkTests
{
    [Theory]
    [InlineData("lr")]
    [InlineData("mlp")]
    [InlineData("gbt")]
    public void Models_give_two_probabilities_that_depend_on_the_row(string model)
    {
        var random = new Random(3);
        float[] rows = [.. Enumerable.Range(0, 50 * BenchmarkModels.Features).Select(_ => BenchmarkModels.Normal(random))];
        using var session = new InferenceSession(BenchmarkModels.Create(model));
        using var outputs = session.Run(
            [NamedOnnxValue.CreateFromTensor("input", new DenseTensor<float>(rows, [50, BenchmarkModels.Features]))], ["probabilities"]);
        Tensor<float> probabilities = outputs[0].AsTensor<float>();

        Assert.Equal([50, 2], probabilities.Dimensions.ToArray());
        Assert.All(Enumerable.Range(0, 50), i => Assert.Equal(1f, probabilities[i, 0] + probabilities[i, 1], 1e-5f));
        Assert.True(Enumerable.Range(0, 50).Select(i => probabilities[i, 1]).Distinct().Count() > 40);
    }

    [Fact]
    public void Same_seed_gives_the_same_model() => Assert.Equal(BenchmarkModels.Create("gbt"), BenchmarkModels.Create("gbt"));

    [Fact]
    public void Hand_reads_the_numbers_that_a_JSON_reader_reads()
    {
        using var session = new InferenceSession(BenchmarkModels.Create("lr"));
        var slot = new Hand.Slot(session);
        var random = new Random(7);
        for (int i = 0; i < 500; i++)
        {
            double[] row = [.. Enumerable.Range(0, BenchmarkModels.Features).Select(_ => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-12, 12)))];
            string data = string.Join(", ", row.Select((v, j) => j % 2 == 0 ? JsonSerializer.Serialize((float)v) : JsonSerializer.Serialize(v)));
            byte[] body = Encoding.UTF8.GetBytes($$"""{"id":"r{{i}}", "inputs":[{"name":"input","shape":[1,30],"datatype":"FP32","data":[{{data}}]}]}""");

            Assert.True(HandReader.TryRead(body, slot));
            float[] expected = JsonSerializer.Deserialize<float[]>($"[{data}]")!;
            for (int j = 0; j < expected.Length; j++) Assert.InRange(slot.Input[j], MathF.BitDecrement(expected[j]), MathF.BitIncrement(expected[j]));
            Assert.Equal($"r{i}", Encoding.UTF8.GetString(slot.Id, 0, slot.IdLength));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"inputs":[{"name":"input","shape":[1,30],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"other","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""")]
    [InlineData("""{"inputs":[{"name":"input"}]""")]
    public void Hand_refuses_what_is_not_its_shape(string body)
    {
        using var session = new InferenceSession(BenchmarkModels.Create("lr"));

        Assert.False(HandReader.TryRead(Encoding.UTF8.GetBytes(body), new Hand.Slot(session)));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task Client_counts_right_answers_and_refuses_wrong_ones(bool right, bool chunked)
    {
        Workload workload = Workload.Create("lr");
        int served = 0;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder([]);
        builder.Logging.ClearProviders();
        await using WebApplication app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapPost("/v2/models/lr/infer", async (HttpContext context, Request request) =>
        {
            Interlocked.Increment(ref served);
            float p = workload.Expected(int.Parse(request.Id[1..])) + (right ? 0 : 0.01f);
            string answer = FormattableString.Invariant($$"""{"outputs":[{"data":[{{1 - p}},{{p}}]}]}""");
            if (!chunked) context.Response.ContentLength = answer.Length;
            await context.Response.WriteAsync(answer[..20]);
            await context.Response.WriteAsync(answer[20..]);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        int port = new Uri(app.Urls.Single()).Port;

        LoadResult Run() => LoadGenerator.Run(port, workload, connections: 2, TimeSpan.FromMilliseconds(50));
        if (right)
        {
            LoadResult result = Run();
            Assert.Equal(served, result.Answered);
            Assert.InRange(result.Microseconds(0.5), 1, result.Microseconds(0.99));
        }
        else Assert.Contains("Expected probability", Assert.Throws<BenchmarkException>(Run).Message);
    }

    private sealed record Request(string Id);
}
