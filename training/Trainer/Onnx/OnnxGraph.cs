using System.Runtime.InteropServices;

namespace Tidemark.Trainer.Onnx;

/// <summary>Builds an ONNX model (opset 17, ai.onnx.ml 3, IR 8) node by node. Numbers are field numbers of onnx.proto.</summary>
internal sealed class OnnxGraph(string name, string producer)
{
    /// <summary>Element types of tensors.</summary>
    public const int Float = 1, Int64 = 7, Text = 8;

    private static readonly string[] MachineLearning = ["LinearClassifier", "TreeEnsembleClassifier", "TreeEnsembleRegressor", "LabelEncoder"];

    private readonly Message graph = new();
    private readonly List<Message> properties = [];

    /// <summary>An input of shape [rows, columns].</summary>
    public OnnxGraph Input(string tensor, int type, int columns) => InGraph(11, Value(tensor, type, columns));

    /// <summary>An output of shape [rows, columns].</summary>
    public OnnxGraph Output(string tensor, int type, int columns) => InGraph(12, Value(tensor, type, columns));

    public OnnxGraph Node(string type, string[] inputs, string[] outputs, params Message[] attributes)
    {
        var node = new Message();
        foreach (string input in inputs) node.Add(1, input);
        foreach (string output in outputs) node.Add(2, output);
        node.Add(4, type);
        foreach (Message attribute in attributes) node.Add(5, attribute);
        if (MachineLearning.Contains(type)) node.Add(7, "ai.onnx.ml");
        return InGraph(1, node);
    }

    public OnnxGraph Weights(string tensor, float[] values, params long[] shape) => Constant(tensor, Float, MemoryMarshal.AsBytes<float>(values), shape);

    public OnnxGraph Integers(string tensor, long[] values, params long[] shape) => Constant(tensor, Int64, MemoryMarshal.AsBytes<long>(values), shape);

    /// <summary>A word about the model that serving can read.</summary>
    public OnnxGraph Property(string key, string value)
    {
        properties.Add(new Message().Add(1, key).Add(2, value));
        return this;
    }

    public byte[] ToArray()
    {
        var model = new Message()
            .Add(1, 8L)
            .Add(2, producer)
            .Add(7, graph.Add(2, name))
            .Add(8, new Message().Add(1, "").Add(2, 17L))
            .Add(8, new Message().Add(1, "ai.onnx.ml").Add(2, 3L));
        foreach (var property in properties) model.Add(14, property);
        return model.ToArray();
    }

    public static Message Attribute(string name, long value) => new Message().Add(1, name).Add(3, value).Add(20, 2L);

    public static Message Attribute(string name, float value) => new Message().Add(1, name).Add(2, value).Add(20, 1L);

    public static Message Attribute(string name, string text) => new Message().Add(1, name).Add(4, text).Add(20, 3L);

    public static Message Attribute(string name, IEnumerable<float> values) =>
        values.Aggregate(new Message().Add(1, name), (m, v) => m.Add(7, v)).Add(20, 6L);

    public static Message Attribute(string name, IEnumerable<long> values) =>
        values.Aggregate(new Message().Add(1, name), (m, v) => m.Add(8, v)).Add(20, 7L);

    public static Message Attribute(string name, IEnumerable<string> values) =>
        values.Aggregate(new Message().Add(1, name), (m, v) => m.Add(9, v)).Add(20, 8L);

    private OnnxGraph Constant(string tensor, int type, ReadOnlySpan<byte> raw, long[] shape)
    {
        var message = new Message();
        foreach (long dimension in shape) message.Add(1, dimension);
        return InGraph(5, message.Add(2, (long)type).Add(8, tensor).Add(9, raw));
    }

    private OnnxGraph InGraph(int field, Message message)
    {
        graph.Add(field, message);
        return this;
    }

    private static Message Value(string name, int type, int columns)
    {
        Message shape = new Message().Add(1, new Message().Add(2, "rows")).Add(1, new Message().Add(1, (long)columns));
        return new Message().Add(1, name).Add(2, new Message().Add(1, new Message().Add(1, (long)type).Add(2, shape)));
    }
}
