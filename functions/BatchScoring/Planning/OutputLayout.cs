using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Inference;
using Tidemark.Registry;

namespace Tidemark.BatchScoring.Planning;

/// <summary>One output of the model as columns of the result.</summary>
/// <param name="Name">The output.</param>
/// <param name="Columns">One name for each value of a row.</param>
public sealed record OutputColumns(string Name, IReadOnlyList<string> Columns);

/// <summary>The columns of predictions.</summary>
/// <param name="Outputs">In the order of the model's outputs.</param>
/// <param name="Score">The output and the place in it that a threshold compares; null when no threshold was asked for.</param>
/// <param name="Decisions">What the column <c>decision</c> says below the threshold and from it on.</param>
public sealed record OutputLayout(IReadOnlyList<OutputColumns> Outputs, ScorePlace? Score, IReadOnlyList<string>? Decisions)
{
    public const string DecisionColumn = "decision";

    public IEnumerable<string> Columns => Outputs.SelectMany(output => output.Columns).Concat(Score is null ? [] : [DecisionColumn]);

    /// <summary>An output of one value a row gives its own name to the column; one of several adds the class label or the place.</summary>
    public static Outcome<OutputLayout> Of(ModelManifest manifest, double? threshold, IReadOnlyCollection<string> kept)
    {
        var outputs = new List<OutputColumns>();
        foreach (TensorSpec output in manifest.Outputs)
        {
            if (WidthOf(output, manifest.ClassLabels) is not { } width)
                return Refuse($"its output '{output.Name}' has the shape {output.ShapeText}, which does not say how many values a row has. Export it with the batch as the only free dimension");
            outputs.Add(new(output.Name, [.. Enumerable.Range(0, width).Select(place => Free(NameOf(output, place, width, manifest.ClassLabels), kept))]));
        }

        if (threshold is null)
            return new OutputLayout(outputs, null, null);
        int scores = manifest.Outputs.ToList().FindIndex(output => output.Type is TensorElementType.Float or TensorElementType.Double);
        if (scores < 0 || outputs[scores].Columns.Count > 2)
            return Refuse("a threshold needs an output of one score or of the probabilities of two classes, and it has none");
        IReadOnlyList<string> labels = manifest.ClassLabels is { Count: 2 } named ? named : ["0", "1"];
        return new OutputLayout(outputs, new ScorePlace(scores, outputs[scores].Columns.Count - 1), labels);

        Failure Refuse(string why) => new(FailureKind.Unprocessable, "Model can't score files", $"The model {manifest.Model}, version {manifest.Version}, can't be used here: {why}.");
    }

    private static int? WidthOf(TensorSpec output, IReadOnlyList<string>? labels)
    {
        long width = 1;
        foreach (long dimension in output.Shape.Skip(1))
        {
            if (dimension < 1 && (output.Shape.Count != 2 || labels is null))
                return null;
            width *= dimension < 1 ? labels!.Count : dimension;
        }

        return output.Shape.Count > 0 && width <= 100_000 ? (int)width : null;
    }

    private static string NameOf(TensorSpec output, int place, int width, IReadOnlyList<string>? labels) => width == 1
        ? output.Name
        : $"{output.Name}.{(labels?.Count == width ? labels[place] : place.ToString(System.Globalization.CultureInfo.InvariantCulture))}";

    private static string Free(string name, IReadOnlyCollection<string> kept) => kept.Contains(name) || name is DecisionColumn or "row" ? $"predicted.{name}" : name;
}

/// <summary>Where in the model's outputs the score of a row is.</summary>
public sealed record ScorePlace(int Output, int Place);
