using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Inference;

/// <summary>The tensors of a session as <see cref="TensorSpec"/>s, and zeros for a trial run.</summary>
internal static class TensorSpecs
{
    public static Outcome<IReadOnlyList<TensorSpec>> Of(IReadOnlyList<string> names, IReadOnlyDictionary<string, NodeMetadata> metadata, string role)
    {
        var specs = new TensorSpec[names.Count];
        for (int i = 0; i < specs.Length; i++)
        {
            var node = metadata[names[i]];
            if (node.OnnxValueType != OnnxValueType.ONNX_TYPE_TENSOR) return NoTensor(role, names[i], node.OnnxValueType);
            if (!DataTypes.Carries(node.ElementDataType)) return Uncarried(role, names[i], node.ElementDataType);
            specs[i] = new TensorSpec(names[i], node.ElementDataType, Array.ConvertAll(node.Dimensions, dimension => (long)dimension));
        }

        return specs;
    }

    /// <summary>A tensor of zeros, false or empty strings in which every free dimension is 1.</summary>
    public static OrtValue Zeros(TensorSpec spec)
    {
        long[] shape = [.. spec.Shape.Select(dimension => dimension < 0 ? 1 : dimension)];
        if (spec.Type == TensorElementType.String) return OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);

        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, spec.Type, shape);
        value.GetTensorMutableRawData().Clear();
        return value;
    }

    private static Failure NoTensor(string role, string name, OnnxValueType type)
    {
        string kind = type switch
        {
            OnnxValueType.ONNX_TYPE_SEQUENCE => "a sequence",
            OnnxValueType.ONNX_TYPE_MAP => "a map",
            OnnxValueType.ONNX_TYPE_OPTIONAL => "an optional",
            OnnxValueType.ONNX_TYPE_SPARSETENSOR => "a sparse tensor",
            _ => "no tensor",
        };
        return new Failure(
            FailureKind.Unprocessable, $"Model {role} is no tensor",
            $"The {role} '{name}' is {kind}; only dense tensors can be served. For a scikit-learn classifier convert with options={{'zipmap': False}} (skl2onnx), which makes the probabilities a tensor.");
    }

    private static Failure Uncarried(string role, string name, TensorElementType type) => new(
        FailureKind.Unprocessable, $"Model {role} of an unsupported type",
        $"The {role} '{name}' has elements of type {type}, which the inference protocol cannot carry. Add a Cast to one of {DataTypes.All}.");
}
