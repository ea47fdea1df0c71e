using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Tidemark.Platform.Inference;

/// <summary>The words of the Open Inference Protocol for the element types that a tensor may have.</summary>
public static class DataTypes
{
    private static readonly (string Word, TensorElementType Type)[] Known =
    [
        ("BOOL", TensorElementType.Bool),
        ("UINT8", TensorElementType.UInt8),
        ("UINT16", TensorElementType.UInt16),
        ("UINT32", TensorElementType.UInt32),
        ("UINT64", TensorElementType.UInt64),
        ("INT8", TensorElementType.Int8),
        ("INT16", TensorElementType.Int16),
        ("INT32", TensorElementType.Int32),
        ("INT64", TensorElementType.Int64),
        ("FP16", TensorElementType.Float16),
        ("FP32", TensorElementType.Float),
        ("FP64", TensorElementType.Double),
        ("BYTES", TensorElementType.String),
    ];

    /// <summary>All words, for messages: <c>BOOL, UINT8, …</c>.</summary>
    public static string All { get; } = string.Join(", ", Known.Select(known => known.Word));

    /// <summary>Whether the protocol can carry the type (it cannot carry complex, bfloat16 or 8-bit and 4-bit floats).</summary>
    public static bool Carries(TensorElementType type) => Array.Exists(Known, known => known.Type == type);

    /// <summary>The protocol's word, e.g. <c>FP32</c>.</summary>
    public static string Word(TensorElementType type)
    {
        foreach (var (word, known) in Known)
        {
            if (known == type) return word;
        }

        throw new ArgumentOutOfRangeException(nameof(type), type, "No word of the Open Inference Protocol names this type.");
    }

    /// <summary>The type that a word names; false for words the protocol does not know. Words are upper case.</summary>
    public static bool TryParse(string? word, out TensorElementType type)
    {
        foreach (var (known, value) in Known)
        {
            if (known == word)
            {
                type = value;
                return true;
            }
        }

        type = default;
        return false;
    }

    /// <summary>Bytes of one element in a tensor's buffer; 0 for strings, which have no fixed size.</summary>
    public static int Size(TensorElementType type) => type switch
    {
        TensorElementType.Bool or TensorElementType.UInt8 or TensorElementType.Int8 => 1,
        TensorElementType.UInt16 or TensorElementType.Int16 or TensorElementType.Float16 => 2,
        TensorElementType.UInt32 or TensorElementType.Int32 or TensorElementType.Float => 4,
        TensorElementType.UInt64 or TensorElementType.Int64 or TensorElementType.Double => 8,
        TensorElementType.String => 0,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "The Open Inference Protocol cannot carry this type."),
    };
}

/// <summary>Writes an element type as the protocol's word.</summary>
public sealed class DataTypeConverter : JsonConverter<TensorElementType>
{
    public override TensorElementType Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && DataTypes.TryParse(reader.GetString(), out var type)
            ? type
            : throw new JsonException($"A datatype is one of {DataTypes.All}.");

    public override void Write(Utf8JsonWriter writer, TensorElementType value, JsonSerializerOptions options) =>
        writer.WriteStringValue(DataTypes.Word(value));
}
