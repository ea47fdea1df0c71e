using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Tidemark.Benchmarks.Servers;

/// <summary>The peer "naive": what one writes in twenty lines with model binding, JsonSerializer and NamedOnnxValue.</summary>
internal static class Naive
{
    public static void Map(WebApplication app, InferenceSession session) => app.MapPost(Server.Route, (string name, InferRequest request) =>
    {
        InferInput input = request.Inputs[0];
        var tensor = new DenseTensor<float>(input.Data, input.Shape);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor(input.Name, tensor)], ["probabilities"]);
        Tensor<float> output = results[0].AsTensor<float>();
        return Results.Json(new InferResponse(name, request.Id, [new InferOutput("probabilities", "FP32", output.Dimensions.ToArray(), [.. output])]));
    });

    public sealed record InferRequest(string? Id, InferInput[] Inputs);

    public sealed record InferInput(string Name, string Datatype, int[] Shape, float[] Data);

    public sealed record InferResponse(string ModelName, string? Id, InferOutput[] Outputs);

    public sealed record InferOutput(string Name, string Datatype, int[] Shape, float[] Data);
}
