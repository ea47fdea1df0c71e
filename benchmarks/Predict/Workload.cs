using System.Globalization;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Benchmarks.Models;
using Tidemark.Benchmarks.Servers;

namespace Tidemark.Benchmarks.Predict;

/// <summary>
/// The one-row requests for a model and what must come back. Every request of a run carries another row: with one repeated row
/// the branches of a tree model are predicted and it looks more than twice as fast as it is.
/// </summary>
internal sealed class Workload
{
    private const int Rows = 1024;
    private const int Seed = 11;
    private readonly byte[][] requests;
    private readonly float[] expected;

    private Workload(string model, byte[] onnx, byte[][] requests, float[] expected) =>
        (Model, Onnx, this.requests, this.expected) = (model, onnx, requests, expected);

    public string Model { get; }

    public byte[] Onnx { get; }

    public int Count => requests.Length;

    /// <summary>A whole HTTP/1.1 request.</summary>
    public ReadOnlySpan<byte> Request(int row) => requests[row];

    /// <summary>The probability of the second class that ONNX Runtime itself gives for the row.</summary>
    public float Expected(int row) => expected[row];

    public static Workload Create(string model)
    {
        byte[] onnx = BenchmarkModels.Create(model);
        var random = new Random(Seed);
        float[][] rows = [.. Enumerable.Range(0, Rows).Select(_ => Row(random))];
        using SessionOptions options = Server.SingleThread();
        using var session = new InferenceSession(onnx, options);
        return new Workload(model, onnx, [.. rows.Select((row, i) => Request(model, i, row))], [.. rows.Select(row => Predict(session, row))]);
    }

    private static float[] Row(Random random) =>
        [.. Enumerable.Range(0, BenchmarkModels.Features).Select(_ => MathF.Round(BenchmarkModels.Normal(random), 4))];

    private static float Predict(InferenceSession session, float[] row)
    {
        var tensor = new DenseTensor<float>(row, [1, row.Length]);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("input", tensor)], ["probabilities"]);
        return results[0].AsTensor<float>()[0, 1];
    }

    private static byte[] Request(string model, int number, float[] row)
    {
        string data = string.Join(',', row.Select(v => v.ToString(CultureInfo.InvariantCulture)));
        string body = $$"""{"id":"r{{number}}","inputs":[{"name":"input","shape":[1,{{row.Length}}],"datatype":"FP32","data":[{{data}}]}]}""";
        return Encoding.ASCII.GetBytes(
            $"POST /v2/models/{model}/infer HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
    }
}
