using System.Text.Json;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Inference;
using Tidemark.Platform.Json;

namespace Tidemark.Prediction;

/// <summary>
/// Reads the <c>data</c> of a tensor, flat or nested as its shape says, into the tensor's buffer. Extensions of the protocol: null stands
/// for NaN in tensors of reals.
/// </summary>
internal static class TensorData
{
    private const int DeepestShape = 8;

    /// <summary>
    /// Reads the array whose first token is next. The tensor has its shape already. On success the reader stands on the array's last token.
    /// </summary>
    public static Failure? Read(ref Utf8JsonReader reader, TensorBuffer tensor, int input)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray) return Refusals.At($"inputs[{input}].data", $"must be an array, not {JsonText.Shown(ref reader)}");

        tensor.Cells.Clear();
        Span<long> children = stackalloc long[DeepestShape];
        int total = tensor.Count, rank = Math.Max(1, tensor.Shape.Length), depth = 0, leaf = -1, at = 0;
        children.Clear();
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndArray)
            {
                if (leaf > 0 && children[depth] != tensor.Shape[depth]) return Ragged(tensor, input, depth, children[depth]);
                if (depth == 0) break;
                depth--;
                continue;
            }

            children[depth]++;
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                if (++depth >= rank || leaf == depth - 1) return Refusals.At($"inputs[{input}].data", $"is nested unlike the shape {Text(tensor)}");
                children[depth] = 0;
                continue;
            }

            if (leaf < 0) leaf = depth;
            if (depth != leaf || (leaf > 0 && leaf != rank - 1)) return Refusals.At($"inputs[{input}].data", $"is nested unlike the shape {Text(tensor)}");
            if (at == total) return Refusals.At($"inputs[{input}].data", $"holds more than the {total} elements of the shape {Text(tensor)}");
            if (Store(ref reader, tensor, at) is { } problem) return Refusals.At($"inputs[{input}].data[{at}]", problem);
            at++;
        }

        return at == total ? null : Refusals.At($"inputs[{input}].data", $"holds {at} elements, the shape {Text(tensor)} has {total}");
    }

    private static string? Store(ref Utf8JsonReader reader, TensorBuffer tensor, int at) => reader.TokenType switch
    {
        JsonTokenType.Number when !tensor.IsText => TensorElement.StoreNumber(reader.ValueSpan, tensor, at),
        JsonTokenType.True or JsonTokenType.False when tensor.Spec.Type == TensorElementType.Bool =>
            TensorElement.StoreFlag(reader.TokenType == JsonTokenType.True, tensor, at),
        JsonTokenType.Null when !tensor.IsText => TensorElement.StoreMissing(tensor, at),
        JsonTokenType.String when tensor.IsText => StoreText(ref reader, tensor),
        _ => $"is {JsonText.Shown(ref reader)}, which is no value of {DataTypes.Word(tensor.Spec.Type)}{Remedy(ref reader, tensor)}",
    };

    internal static string? StoreText(ref Utf8JsonReader reader, TensorBuffer tensor)
    {
        int size = JsonText.Copy(ref reader, tensor.Cells.Room(reader.ValueSpan.Length));
        if (size < 0) return "is a string with half a surrogate pair, which is no Unicode text";
        tensor.Cells.Added(size);
        return null;
    }

    private static string Remedy(ref Utf8JsonReader reader, TensorBuffer tensor) => (reader.TokenType, tensor.Spec.Type) switch
    {
        (JsonTokenType.Null, TensorElementType.String) => "; send an empty string for a missing one",
        (_, TensorElementType.Bool) => "; send true or false",
        (JsonTokenType.String, not TensorElementType.String) => "; send numbers without quotes, and null for a missing real number",
        _ => "",
    };

    private static Failure Ragged(TensorBuffer tensor, int input, int depth, long found) =>
        Refusals.At($"inputs[{input}].data", $"has an array of {found} elements where the shape {Text(tensor)} says {tensor.Shape[depth]}");

    private static string Text(TensorBuffer tensor) => $"[{string.Join(',', tensor.Shape)}]";
}
