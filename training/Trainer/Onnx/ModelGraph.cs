using Tidemark.Retraining.Data;
using Tidemark.Trainer.Data;
using Tidemark.Trainer.Linear;

namespace Tidemark.Trainer.Onnx;

/// <summary>The graph of a model whose inputs are the raw columns, one each: float (missing is NaN) or text (missing is empty).</summary>
internal sealed class ModelGraph
{
    private readonly TextIds[] ids;
    private int names;

    public ModelGraph(string name, string[] numbers, string[] texts, TextIds[] ids)
    {
        Graph = new OnnxGraph(name, "tidemark trainer");
        (NumberInputs, TextInputs, this.ids) = (numbers, texts, ids);
        foreach (string column in numbers) Graph.Input(column, OnnxGraph.Float, 1);
        foreach (string column in texts) Graph.Input(column, OnnxGraph.Text, 1);
    }

    public OnnxGraph Graph { get; }

    public string[] NumberInputs { get; }

    public string[] TextInputs { get; }

    /// <summary>Adds a node with one output; returns its name.</summary>
    public string Node(string type, string[] inputs, params Message[] attributes)
    {
        string output = Name();
        Graph.Node(type, inputs, [output], attributes);
        return output;
    }

    /// <summary>Columns of several tensors side by side.</summary>
    public string Concat(IReadOnlyList<string> parts) => parts.Count == 1 ? parts[0] : Node("Concat", [.. parts], OnnxGraph.Attribute("axis", 1));

    public string Floats(float[] values, params long[] shape)
    {
        string name = Name();
        Graph.Weights(name, values, shape);
        return name;
    }

    public string Whole(int[] values, params long[] shape)
    {
        string name = Name();
        Graph.Integers(name, Array.ConvertAll(values, v => (long)v), shape.Length == 0 ? [values.Length] : shape);
        return name;
    }

    /// <summary>Codes of a text column, int64 [rows, 1].</summary>
    public string TextCodes(int column, CategoryMap map)
    {
        var (keys, places) = Spelled(column, map.Known);
        return Node("LabelEncoder", [TextInputs[column]],
            OnnxGraph.Attribute("keys_strings", ["", .. keys]),
            OnnxGraph.Attribute("values_int64s", [CategoryMap.Missing, .. places.Select(k => (long)CategoryMap.FirstKnown + k)]),
            OnnxGraph.Attribute("default_int64", (long)CategoryMap.Other));
    }

    /// <summary>A number per category of a text column, float [rows, 1]: NaN for a missing cell, <paramref name="other"/> for an unknown one.</summary>
    public string TextNumbers(int column, int[] known, float[] values, float other)
    {
        var (keys, places) = Spelled(column, known);
        return Node("LabelEncoder", [TextInputs[column]],
            OnnxGraph.Attribute("keys_strings", ["", .. keys]),
            OnnxGraph.Attribute("values_floats", [float.NaN, .. places.Select(k => values[k])]),
            OnnxGraph.Attribute("default_float", other));
    }

    /// <summary>Every text that is one of the categories, and the place of the category.</summary>
    private (List<string> Texts, List<int> Places) Spelled(int column, int[] known)
    {
        var (texts, places) = (new List<string>(), new List<int>());
        for (int k = 0; k < known.Length; k++)
        {
            foreach (string text in CellMeaning.Spellings(ids[column][known[k]]))
            {
                texts.Add(text);
                places.Add(k);
            }
        }

        return (texts, places);
    }

    /// <summary>A name that no column has: columns named so would be strange indeed, so they are stepped over.</summary>
    private string Name()
    {
        string name;
        do name = $"tidemark/{names++}";
        while (NumberInputs.Contains(name) || TextInputs.Contains(name));
        return name;
    }
}
