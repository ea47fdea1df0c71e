using System.Text;
using System.Text.Json;
using Tidemark.Platform.Inference;

namespace Tidemark.Prediction;

/// <summary>
/// How the columns of a table go into a model: each into the input of its name (inputs <c>[-1,1]</c> or <c>[-1]</c>), or all into the
/// places of one numeric matrix <c>[-1,n]</c>, by the names that the model's metadata key <c>feature_names</c> gives (a JSON array), in
/// order when it gives none.
/// </summary>
internal sealed class FrameLayout
{
    private FrameLayout(bool isMatrix, int width, byte[][] names) => (IsMatrix, Width, Names) = (isMatrix, width, names);

    /// <summary>One matrix, rather than an input per column.</summary>
    public bool IsMatrix { get; }

    /// <summary>Columns of the model; 0 for a model that no table fits.</summary>
    public int Width { get; }

    /// <summary>Names of the columns in the model's order, UTF-8; empty when the model does not name them.</summary>
    public byte[][] Names { get; }

    public static FrameLayout Of(OnnxModel model)
    {
        if (model.Inputs.All(input => input.Shape is [-1, 1] or [-1])) return new(false, model.Inputs.Count, [.. model.Inputs.Select(input => Encoding.UTF8.GetBytes(input.Name))]);
        if (model.Inputs is [{ Shape: [-1, > 0 and <= int.MaxValue] } matrix] && DataTypes.Size(matrix.Type) > 0)
        {
            return new(true, (int)matrix.Shape[1], FeatureNames(model, (int)matrix.Shape[1]));
        }

        return new(false, 0, []);
    }

    /// <summary>The name of a column for a message.</summary>
    public string NameOf(int column) => Names.Length > 0 ? $"'{Encoding.UTF8.GetString(Names[column])}'" : $"{column}";

    private static byte[][] FeatureNames(OnnxModel model, int width)
    {
        if (!model.CustomMetadata.TryGetValue("feature_names", out string? json)) return [];
        try
        {
            return JsonSerializer.Deserialize<string[]>(json) is { } names && names.Length == width ? [.. names.Select(Encoding.UTF8.GetBytes)] : [];
        }
        catch (JsonException)
        {
            return []; // names that cannot be read are no names: columns go in by order
        }
    }
}
