using System.Text.Json.Serialization;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Tidemark.Platform.Inference;

/// <summary>An input or output of a model. JSON: <c>{"name":"age","datatype":"FP32","shape":[-1,1]}</c>.</summary>
/// <param name="Name">The tensor's name in the graph.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its dimensions; -1 for one that the caller chooses. By convention the first is the batch (rows).</param>
public sealed record TensorSpec(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("datatype"), JsonConverter(typeof(DataTypeConverter))] TensorElementType Type,
    [property: JsonPropertyName("shape")] IReadOnlyList<long> Shape)
{
    /// <summary>The shape as people write it, e.g. <c>[-1,30]</c>.</summary>
    [JsonIgnore]
    public string ShapeText => $"[{string.Join(',', Shape)}]";

    public bool Equals(TensorSpec? other) =>
        other is not null && Name == other.Name && Type == other.Type && Shape.SequenceEqual(other.Shape);

    public override int GetHashCode() => HashCode.Combine(Name, Type, Shape.Count);
}
