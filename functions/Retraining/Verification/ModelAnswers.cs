using System.Text;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Inference;
using Tidemark.Retraining.Contract;

namespace Tidemark.Retraining.Verification;

/// <summary>A trained model in ONNX Runtime: rows go in column by column, answers come out as the contract names them.</summary>
internal sealed class ModelAnswers : IDisposable
{
    private readonly InferenceSlot slot;
    private readonly int scores;
    private readonly int label;

    private ModelAnswers(OnnxModel model, int scores, int label)
    {
        (Model, slot) = (model, new InferenceSlot(model));
        (this.scores, this.label) = (scores, label);
    }

    public OnnxModel Model { get; }

    /// <summary>Names of the columns that the model takes.</summary>
    public IEnumerable<TensorSpec> Columns => Model.Inputs;

    /// <summary>Numbers per row: the classes, or 1.</summary>
    public int Width { get; private init; }

    /// <summary>Loads the model and holds its inputs and outputs to the contract.</summary>
    public static Outcome<ModelAnswers> Load(byte[] bytes, RunSpec spec)
    {
        var loaded = OnnxModel.Load(bytes);
        if (!loaded.Ok) return loaded.As<ModelAnswers>();
        var model = loaded.Value;
        if (Fault(model, spec) is { } fault)
        {
            model.Dispose();
            return new Failure(FailureKind.Unprocessable, "The model breaks the contract", fault);
        }

        string[] names = [.. model.Outputs.Select(o => o.Name)];
        int scores = Array.IndexOf(names, spec.IsClassification ? "probabilities" : "prediction");
        return new ModelAnswers(model, scores, Array.IndexOf(names, "label")) { Width = (int)model.Outputs[scores].Shape[1] };
    }

    /// <summary>Loads a model that may take other columns than the spec's features: a champion of an earlier run.</summary>
    public static Outcome<ModelAnswers> LoadAny(byte[] bytes, RunSpec spec)
    {
        var loaded = OnnxModel.Load(bytes);
        if (!loaded.Ok) return loaded.As<ModelAnswers>();
        using var model = loaded.Value;
        FeatureSpec[] own = [.. model.Inputs.Select(i => new FeatureSpec(i.Name, i.Type == TensorElementType.String ? FeatureType.Categorical : FeatureType.Numeric))];
        return Load(bytes, spec with { Features = own });
    }

    /// <summary>Puts a number into the next run.</summary>
    public void Put(int input, int row, float value) => slot.Inputs[input].Elements<float>(row + 1)[row] = value;

    /// <summary>Puts a text into the next run; rows in order.</summary>
    public void Put(int input, ReadOnlySpan<byte> text) => slot.Inputs[input].Cells.Add(text);

    /// <summary>Runs the rows put since the last run.</summary>
    public Failure? Run(int rows)
    {
        foreach (var input in slot.Inputs) input.Take([rows, 1]);
        var failure = slot.Run(rows);
        foreach (var input in slot.Inputs) input.Cells.Clear();
        return failure;
    }

    /// <summary>Probabilities or predictions of the last run, [rows, <see cref="Width"/>].</summary>
    public ReadOnlySpan<float> Scores => slot.Data<float>(scores);

    /// <summary>The label of a row of the last run.</summary>
    public string Label(int row) => Encoding.UTF8.GetString(slot.Text(label, row));

    public void Dispose()
    {
        slot.Dispose();
        Model.Dispose();
    }

    private static string? Fault(OnnxModel model, RunSpec spec)
    {
        var features = spec.Features.ToDictionary(f => f.Name, f => f.Type, StringComparer.Ordinal);
        foreach (var input in model.Inputs)
        {
            if (!features.TryGetValue(input.Name, out var type)) return $"The model takes '{input.Name}', which is no feature of the spec.";
            var expected = type == FeatureType.Numeric ? TensorElementType.Float : TensorElementType.String;
            if (input.Type != expected || input.Shape is not [-1, 1]) return $"The model takes '{input.Name}' as {DataTypes.Word(input.Type)} {input.ShapeText}; the contract says {DataTypes.Word(expected)} [-1,1].";
        }

        string[] outputs = spec.IsClassification ? ["label", "probabilities"] : ["prediction"];
        foreach (string name in outputs)
        {
            var type = name == "label" ? TensorElementType.String : TensorElementType.Float;
            if (!model.Outputs.Any(o => o.Name == name && o.Type == type && o.Shape is [-1, > 0]))
                return $"The model gives no '{name}' of {DataTypes.Word(type)} [-1,n]; it gives {string.Join(", ", model.Outputs.Select(o => $"'{o.Name}' {DataTypes.Word(o.Type)} {o.ShapeText}"))}.";
        }

        return null;
    }
}
