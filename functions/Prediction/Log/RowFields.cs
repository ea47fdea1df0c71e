using System.Globalization;
using System.Text;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Platform.Inference;
using Tidemark.Platform.Json;
using Tidemark.Platform.PredictionLog;

namespace Tidemark.Prediction.Log;

/// <summary>How the rows of a loaded model are written into the log under a policy: the names are made once, the values come from the tensors.</summary>
internal sealed class RowFields
{
    /// <value>Most values of one output that are logged. 128: class probabilities yes, embeddings and images no.</value>
    private const int WidestOutput = 128;

    private readonly LoadedModel model;
    private readonly (byte[]? Name, bool Hashed)[] inputs;
    private readonly byte[][]?[] outputs;

    public RowFields(LoadedModel model, LogPolicy policy)
    {
        (this.model, Policy) = (model, policy);
        Shared = LogEntry.Shared(model.VersionText, LogNames.FromHttp);
        inputs = [.. Enumerable.Range(0, model.Frame.Width).Select(Input)];
        outputs = new byte[model.Outputs.Count][][];
    }

    public LogPolicy Policy { get; }

    /// <summary>What all rows have in common.</summary>
    public byte[] Shared { get; }

    /// <summary>Writes <c>,"input.age":41,…,"output.score":0.7</c> of one row.</summary>
    public void Write(JsonBuffer json, Exchange exchange, int row)
    {
        for (int column = 0; column < inputs.Length; column++)
        {
            if (inputs[column].Name is not { } name) continue;
            json.Raw(name);
            var (tensor, at) = model.Frame.IsMatrix ? (exchange.Slot.Inputs[0], (row * inputs.Length) + column) : (exchange.Slot.Inputs[column], row);
            if (inputs[column].Hashed) Hash(json, tensor, at);
            else InputElement.Write(json, tensor, at);
        }

        for (int output = 0; output < outputs.Length; output++) Output(json, exchange, output, row);
    }

    private void Output(JsonBuffer json, Exchange exchange, int output, int row)
    {
        var shape = exchange.Slot.Shape(output);
        if (shape.Length == 0 || shape[0] != Math.Max(1, exchange.Batch)) return; // not one value, or one vector, a row
        long width = 1;
        foreach (long dimension in shape[1..]) width *= dimension;
        if (width is < 1 or > WidestOutput) return;

        byte[][] names = Names(output, (int)width);
        for (int i = 0; i < names.Length; i++)
        {
            json.Raw(names[i]);
            OutputElements.Write(json, exchange.Slot, output, model.Outputs[output].Type, (row * names.Length) + i, 1);
        }
    }

    /// <summary><c>output.score</c>, or <c>output.probabilities.yes</c> where there are several values: by class label, else by place.</summary>
    private byte[][] Names(int output, int width)
    {
        if (outputs[output] is { } known && known.Length == width) return known;
        string name = model.Outputs[output].Name;
        var labels = model.ClassLabels?.Count == width ? model.ClassLabels : null;
        return outputs[output] = width == 1
            ? [LogEntry.Field(LogNames.Output, name)]
            : [.. Enumerable.Range(0, width).Select(i => LogEntry.Field(LogNames.Output, $"{name}.{labels?[i] ?? i.ToString(CultureInfo.InvariantCulture)}"))];
    }

    private (byte[]? Name, bool Hashed) Input(int column)
    {
        string name = model.Frame.Names.Length > 0 ? Encoding.UTF8.GetString(model.Frame.Names[column]) : column.ToString(CultureInfo.InvariantCulture);
        var rule = Policy.Of(name);
        return (rule == Personal.Omit ? null : LogEntry.Field(LogNames.Input, name), rule == Personal.Hash);
    }

    private void Hash(JsonBuffer json, TensorBuffer tensor, int at)
    {
        Span<byte> hash = stackalloc byte[PersonalHash.Length];
        var plain = new JsonBuffer();
        if (!tensor.IsText) InputElement.Write(plain, tensor, at);
        Policy.Hash!.Write(tensor.IsText ? tensor.Cells[at] : plain.Written, hash);
        json.Text(hash);
    }
}

/// <summary>One element of an input as a JSON value; an empty text, as a missing one is sent, as null.</summary>
internal static class InputElement
{
    public static void Write(JsonBuffer json, TensorBuffer tensor, int at)
    {
        switch (tensor.Spec.Type)
        {
            case TensorElementType.Float: json.Number(tensor.Elements<float>(at + 1)[at]); break;
            case TensorElementType.Double: json.Number(tensor.Elements<double>(at + 1)[at]); break;
            case TensorElementType.Float16: json.Number((float)tensor.Elements<Half>(at + 1)[at]); break;
            case TensorElementType.Int64: json.Number(tensor.Elements<long>(at + 1)[at]); break;
            case TensorElementType.Int32: json.Number((long)tensor.Elements<int>(at + 1)[at]); break;
            case TensorElementType.Int16: json.Number((long)tensor.Elements<short>(at + 1)[at]); break;
            case TensorElementType.Int8: json.Number((long)tensor.Elements<sbyte>(at + 1)[at]); break;
            case TensorElementType.UInt64: json.Number(tensor.Elements<ulong>(at + 1)[at]); break;
            case TensorElementType.UInt32: json.Number((long)tensor.Elements<uint>(at + 1)[at]); break;
            case TensorElementType.UInt16: json.Number((long)tensor.Elements<ushort>(at + 1)[at]); break;
            case TensorElementType.UInt8: json.Number((long)tensor.Elements<byte>(at + 1)[at]); break;
            case TensorElementType.Bool: json.Boolean(tensor.Elements<byte>(at + 1)[at] != 0); break;
            case TensorElementType.String when !tensor.Cells[at].IsEmpty: json.Text(tensor.Cells[at]); break;
            default: json.Raw("null"u8); break;
        }
    }
}
