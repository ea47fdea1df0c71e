using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Platform.Inference;
using Tidemark.Platform.Json;

namespace Tidemark.Prediction;

/// <summary>
/// Writes an inference response of the Open Inference Protocol v2; <c>"parameters"</c> hold the <c>prediction_id</c>. JSON has no NaN and no
/// infinity: such a value is written as null, and the parameter <c>non_finite</c> tells how many there are. Warnings of the version's suite stand in
/// the parameter <c>warnings</c>, one a line: the protocol's parameters are texts, numbers and booleans. Bytes of a string output that are no UTF-8
/// become U+FFFD.
/// </summary>
internal static class InferWriter
{
    public static void Write(LoadedModel model, Exchange exchange)
    {
        var answer = exchange.Answer;
        answer.Raw(model.AnswerHead);
        if (exchange.Id.Length > 0)
        {
            answer.Raw(",\"id\":"u8);
            answer.Raw(exchange.Id);
        }

        answer.Raw(",\"outputs\":["u8);
        for (int i = 0; i < exchange.Requested.Length; i++)
        {
            if (i > 0) answer.Raw((byte)',');
            Output(model, exchange, exchange.Requested[i]);
        }

        answer.Raw("],\"parameters\":{"u8);
        exchange.WritePrediction();
        if (answer.NonFinite is > 0 and var count)
        {
            answer.Raw(",\"non_finite\":"u8);
            answer.Number((long)count);
        }

        if (exchange.Warnings.Count > 0)
        {
            answer.Raw(",\"warnings\":"u8);
            answer.Text(string.Join('\n', exchange.Warnings));
        }

        answer.Raw("}}"u8);
    }

    private static void Output(LoadedModel model, Exchange exchange, int output)
    {
        var answer = exchange.Answer;
        answer.Raw(model.OutputHeads[output]);
        var shape = exchange.Slot.Shape(output);
        long count = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            if (i > 0) answer.Raw((byte)',');
            answer.Number(shape[i]);
            count *= shape[i];
        }

        answer.Raw("],\"data\":["u8);
        OutputElements.Write(answer, exchange.Slot, output, model.Outputs[output].Type, 0, checked((int)count));
        answer.Raw("]}"u8);
    }
}

/// <summary>Elements of an output as JSON values with commas between them.</summary>
internal static class OutputElements
{
    public static void Write(JsonBuffer json, InferenceSlot slot, int output, TensorElementType type, int start, int count)
    {
        switch (type)
        {
            case TensorElementType.Float: Each(json, slot.Data<float>(output).Slice(start, count), static (json, value) => json.Number(value)); break;
            case TensorElementType.Double: Each(json, slot.Data<double>(output).Slice(start, count), static (json, value) => json.Number(value)); break;
            case TensorElementType.Float16: Each(json, slot.Data<Half>(output).Slice(start, count), static (json, value) => json.Number((float)value)); break; // exact in a float
            case TensorElementType.Int64: Each(json, slot.Data<long>(output).Slice(start, count), static (json, value) => json.Number(value)); break;
            case TensorElementType.Int32: Each(json, slot.Data<int>(output).Slice(start, count), static (json, value) => json.Number((long)value)); break;
            case TensorElementType.Int16: Each(json, slot.Data<short>(output).Slice(start, count), static (json, value) => json.Number((long)value)); break;
            case TensorElementType.Int8: Each(json, slot.Data<sbyte>(output).Slice(start, count), static (json, value) => json.Number((long)value)); break;
            case TensorElementType.UInt64: Each(json, slot.Data<ulong>(output).Slice(start, count), static (json, value) => json.Number(value)); break;
            case TensorElementType.UInt32: Each(json, slot.Data<uint>(output).Slice(start, count), static (json, value) => json.Number((long)value)); break;
            case TensorElementType.UInt16: Each(json, slot.Data<ushort>(output).Slice(start, count), static (json, value) => json.Number((long)value)); break;
            case TensorElementType.UInt8: Each(json, slot.Data<byte>(output).Slice(start, count), static (json, value) => json.Number((long)value)); break;
            case TensorElementType.Bool: Each(json, slot.Data<byte>(output).Slice(start, count), static (json, value) => json.Boolean(value != 0)); break;
            case TensorElementType.String: Texts(json, slot, output, start, count); break;
            default: throw new ArgumentOutOfRangeException(nameof(type), type, "Such an output is refused when the model is loaded.");
        }
    }

    private static void Each<T>(JsonBuffer json, ReadOnlySpan<T> values, Action<JsonBuffer, T> write)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0) json.Raw((byte)',');
            write(json, values[i]);
        }
    }

    private static void Texts(JsonBuffer json, InferenceSlot slot, int output, int start, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (i > 0) json.Raw((byte)',');
            json.Text(slot.Text(output, start + i));
        }
    }
}
