using Microsoft.ML.OnnxRuntime.Tensors;

namespace Tidemark.Tests.Platform.Inference;

/// <summary>The small models that the tests serve.</summary>
internal static class Models
{
    /// <summary><c>score = x · w + bias</c>; x is one matrix [-1, features], score [-1, 1].</summary>
    public static OnnxWriter Linear(float[] weights, float bias = 0) => new OnnxWriter()
        .Input("x", TensorElementType.Float, -1, weights.Length)
        .Output("score", TensorElementType.Float, -1, 1)
        .Weights("w", weights, weights.Length, 1)
        .Weights("b", [bias], 1)
        .Node("MatMul", ["x", "w"], ["product"])
        .Node("Add", ["product", "b"], ["score"]);

    /// <summary>
    /// One tensor per column: <c>score = age + 100 (thal = "fixed") + 200 (thal = "normal") - 1 (any other)</c>, a missing age (NaN) counts
    /// as 50. Outputs score [-1, 1] and thal again, so that strings come out too.
    /// </summary>
    public static OnnxWriter Columns() => new OnnxWriter()
        .Input("age", TensorElementType.Float, -1, 1)
        .Input("thal", TensorElementType.String, -1, 1)
        .Output("score", TensorElementType.Float, -1, 1)
        .Output("thal_seen", TensorElementType.String, -1, 1)
        .Node("Imputer", ["age"], ["known"], "ai.onnx.ml", OnnxWriter.Reals("imputed_value_floats", 50), OnnxWriter.Real("replaced_value_float", float.NaN))
        .Node(
            "LabelEncoder", ["thal"], ["code"], "ai.onnx.ml",
            OnnxWriter.Strings("keys_strings", "fixed", "normal"), OnnxWriter.Reals("values_floats", 100, 200), OnnxWriter.Real("default_float", -1))
        .Node("Add", ["known", "code"], ["score"])
        .Node("Identity", ["thal"], ["thal_seen"]);

    /// <summary>The input comes out again: for every type of the protocol.</summary>
    public static OnnxWriter Echo(TensorElementType type, params long[] shape) => new OnnxWriter()
        .Input("in", type, shape)
        .Output("out", type, shape)
        .Node("Identity", ["in"], ["out"]);

    /// <summary>scikit-learn's usual classifier export without zipmap=False.</summary>
    public static OnnxWriter ZipMap() => new OnnxWriter()
        .Input("x", TensorElementType.Float, -1, 2)
        .SequenceOfMapsOutput("output_probability")
        .Node("ZipMap", ["x"], ["output_probability"], "ai.onnx.ml", OnnxWriter.Strings("classlabels_strings", "no", "yes"));
}
