using System.Runtime.InteropServices;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Tidemark.Tests.Platform.Inference;

/// <summary>Writes small ONNX models (IR version 8, opset 17, ai.onnx.ml 3). Field numbers after the ONNX specification.</summary>
internal sealed class OnnxWriter
{
    private readonly List<Action<CodedOutputStream>> graph = [];
    private readonly List<Action<CodedOutputStream>> model = [];

    public OnnxWriter Input(string name, TensorElementType type, params long[] shape) => InGraph(11, ValueInfo(name, TensorType(type, shape)));

    public OnnxWriter Output(string name, TensorElementType type, params long[] shape) => InGraph(12, ValueInfo(name, TensorType(type, shape)));

    /// <summary>A sequence of maps from strings to floats: what scikit-learn's ZipMap gives.</summary>
    public OnnxWriter SequenceOfMapsOutput(string name)
    {
        byte[] map = Message(type => Bytes(type, 5, Message(inner =>
        {
            Varint(inner, 1, (int)TensorElementType.String);
            Bytes(inner, 2, TensorType(TensorElementType.Float));
        })));
        return InGraph(12, ValueInfo(name, Message(type => Bytes(type, 4, Message(sequence => Bytes(sequence, 1, map))))));
    }

    public OnnxWriter Weights(string name, float[] values, params long[] shape) =>
        InGraph(5, Tensor(name, TensorElementType.Float, shape, MemoryMarshal.AsBytes<float>(values)));

    public OnnxWriter Whole(string name, long[] values, params long[] shape) =>
        InGraph(5, Tensor(name, TensorElementType.Int64, shape, MemoryMarshal.AsBytes<long>(values)));

    public OnnxWriter ExternalWeights(string name, params long[] shape) => InGraph(5, ExternalTensor(name, shape));

    public OnnxWriter Node(string op, string[] inputs, string[] outputs, string domain = "", params byte[][] attributes) =>
        InGraph(1, NodeMessage(op, inputs, outputs, domain, attributes));

    public OnnxWriter Metadata(string key, string value)
    {
        model.Add(output => Bytes(output, 14, Pair(key, value)));
        return this;
    }

    public OnnxWriter LocalFunction(string domain, string name, byte[] node, string[] inputs, string[] outputs)
    {
        model.Add(output => Bytes(output, 25, Message(function =>
        {
            Text(function, 1, name);
            foreach (string input in inputs) Text(function, 4, input);
            foreach (string result in outputs) Text(function, 5, result);
            Bytes(function, 7, node);
            Bytes(function, 9, Opset("", 17));
            Text(function, 10, domain);
        })));
        model.Add(output => Bytes(output, 8, Opset(domain, 1)));
        return this;
    }

    public byte[] ToBytes() => Message(output =>
    {
        Varint(output, 1, 8);
        Bytes(output, 7, GraphMessage());
        Bytes(output, 8, Opset("", 17));
        Bytes(output, 8, Opset("ai.onnx.ml", 3));
        foreach (var part in model) part(output);
    });

    /// <summary>The graph alone, for the branches of an <c>If</c>.</summary>
    public byte[] GraphMessage() => Message(output =>
    {
        Text(output, 2, "graph");
        foreach (var part in graph) part(output);
    });

    public static byte[] NodeMessage(string op, string[] inputs, string[] outputs, string domain = "", params byte[][] attributes) => Message(node =>
    {
        foreach (string input in inputs) Text(node, 1, input);
        foreach (string result in outputs) Text(node, 2, result);
        Text(node, 3, $"node_{outputs[0]}");
        Text(node, 4, op);
        foreach (byte[] attribute in attributes) Bytes(node, 5, attribute);
        Text(node, 7, domain);
    });

    public static byte[] Integer(string name, long value) => Attribute(name, 2, attribute => Varint(attribute, 3, value));

    public static byte[] Real(string name, float value) => Attribute(name, 1, attribute =>
    {
        attribute.WriteTag(2, WireFormat.WireType.Fixed32);
        attribute.WriteFloat(value);
    });

    public static byte[] Strings(string name, params string[] values) => Attribute(name, 8, attribute =>
    {
        foreach (string value in values) Text(attribute, 9, value);
    });

    public static byte[] Reals(string name, params float[] values) => Attribute(name, 6, attribute =>
    {
        foreach (float value in values)
        {
            attribute.WriteTag(7, WireFormat.WireType.Fixed32);
            attribute.WriteFloat(value);
        }
    });

    public static byte[] Graph(string name, OnnxWriter branch) => Attribute(name, 5, attribute => Bytes(attribute, 6, branch.GraphMessage()));

    public static byte[] ExternalConstant(string name, params long[] shape) => Attribute(name, 4, attribute => Bytes(attribute, 5, ExternalTensor("", shape)));

    private OnnxWriter InGraph(int field, byte[] message)
    {
        graph.Add(output => Bytes(output, field, message));
        return this;
    }

    private static byte[] Attribute(string name, int type, Action<CodedOutputStream> value) => Message(attribute =>
    {
        Text(attribute, 1, name);
        value(attribute);
        Varint(attribute, 20, type);
    });

    private static byte[] Tensor(string name, TensorElementType type, long[] shape, ReadOnlySpan<byte> raw)
    {
        byte[] data = raw.ToArray();
        return Message(tensor =>
        {
            foreach (long dimension in shape) Varint(tensor, 1, dimension);
            Varint(tensor, 2, (int)type);
            Text(tensor, 8, name);
            Bytes(tensor, 9, data);
        });
    }

    private static byte[] ExternalTensor(string name, long[] shape) => Message(tensor =>
    {
        foreach (long dimension in shape) Varint(tensor, 1, dimension);
        Varint(tensor, 2, (int)TensorElementType.Float);
        Text(tensor, 8, name);
        Bytes(tensor, 13, Pair("location", "weights.bin"));
        Varint(tensor, 14, 1);
    });

    private static byte[] ValueInfo(string name, byte[] type) => Message(info =>
    {
        Text(info, 1, name);
        Bytes(info, 2, type);
    });

    private static byte[] TensorType(TensorElementType type, params long[] shape) => Message(message => Bytes(message, 1, Message(tensor =>
    {
        Varint(tensor, 1, (int)type);
        Bytes(tensor, 2, Message(dimensions =>
        {
            for (int i = 0; i < shape.Length; i++) Bytes(dimensions, 1, Dimension(shape[i], i));
        }));
    })));

    private static byte[] Dimension(long size, int index) => Message(dimension =>
    {
        if (size < 0) Text(dimension, 2, index == 0 ? "batch" : $"free{index}");
        else Varint(dimension, 1, size);
    });

    private static byte[] Opset(string domain, int version) => Message(opset =>
    {
        Text(opset, 1, domain);
        Varint(opset, 2, version);
    });

    private static byte[] Pair(string key, string value) => Message(pair =>
    {
        Text(pair, 1, key);
        Text(pair, 2, value);
    });

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var buffer = new MemoryStream();
        using var output = new CodedOutputStream(buffer, leaveOpen: true);
        write(output);
        output.Flush();
        return buffer.ToArray();
    }

    private static void Varint(CodedOutputStream output, int field, long value)
    {
        output.WriteTag(field, WireFormat.WireType.Varint);
        output.WriteInt64(value);
    }

    private static void Text(CodedOutputStream output, int field, string value)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteString(value);
    }

    private static void Bytes(CodedOutputStream output, int field, byte[] value)
    {
        output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(value));
    }
}
