using System.Runtime.InteropServices;

namespace Tidemark.Benchmarks.Models;

/// <summary>
/// Builds an ONNX model (opset 17, ai.onnx.ml 3, IR 8) with one float input <c>input</c> [rows, columns] and one float output
/// <c>probabilities</c> [rows, classes]. Numbers are field numbers of onnx.proto.
/// </summary>
internal sealed class OnnxGraph(string name, int columns, int classes)
{
    private const int Float = 1;
    private readonly Message graph = new();

    public OnnxGraph Node(string type, string[] inputs, string[] outputs, params Message[] attributes)
    {
        var node = new Message();
        foreach (string input in inputs) node.Add(1, input);
        foreach (string output in outputs) node.Add(2, output);
        node.Add(4, type);
        foreach (Message attribute in attributes) node.Add(5, attribute);
        if (type is "LinearClassifier" or "TreeEnsembleClassifier") node.Add(7, "ai.onnx.ml");
        graph.Add(1, node);
        return this;
    }

    public OnnxGraph Weights(string tensor, float[] values, params long[] shape)
    {
        var message = new Message();
        foreach (long dimension in shape) message.Add(1, dimension);
        graph.Add(5, message.Add(2, Float).Add(8, tensor).Add(9, MemoryMarshal.AsBytes(values.AsSpan())));
        return this;
    }

    public byte[] ToArray()
    {
        graph.Add(2, name).Add(11, Value("input", columns)).Add(12, Value("probabilities", classes));
        return new Message()
            .Add(1, 8L)
            .Add(2, "tidemark benchmarks")
            .Add(7, graph)
            .Add(8, new Message().Add(1, "").Add(2, 17L))
            .Add(8, new Message().Add(1, "ai.onnx.ml").Add(2, 3L))
            .ToArray();
    }

    public static Message Attribute(string name, string text) => new Message().Add(1, name).Add(4, text).Add(20, 3L);

    public static Message Attribute(string name, IEnumerable<float> values) =>
        values.Aggregate(new Message().Add(1, name), (m, v) => m.Add(7, v)).Add(20, 6L);

    public static Message Attribute(string name, IEnumerable<long> values) =>
        values.Aggregate(new Message().Add(1, name), (m, v) => m.Add(8, v)).Add(20, 7L);

    public static Message Attribute(string name, IEnumerable<string> values) =>
        values.Aggregate(new Message().Add(1, name), (m, v) => m.Add(9, v)).Add(20, 8L);

    private static Message Value(string name, int width)
    {
        Message shape = new Message().Add(1, new Message().Add(2, "rows")).Add(1, new Message().Add(1, (long)width));
        return new Message().Add(1, name).Add(2, new Message().Add(1, new Message().Add(1, Float).Add(2, shape)));
    }
}
