using Tidemark.Trainer.Data;
using Tidemark.Trainer.Onnx;
using Tidemark.Trainer.Runs;

namespace Tidemark.Trainer.Linear;

/// <summary>A linear or additive model with the preparation of its cells.</summary>
/// <param name="preparation">From cells to what is weighed.</param>
/// <param name="weights">Per output its weights, then all intercepts.</param>
/// <param name="outputs">Number of outputs.</param>
internal sealed class LinearModel(LinearPreparation preparation, double[] weights, int outputs) : IModel
{
    public int Parameters => weights.Length;

    public double[] Score(Part rows) => new LinearScore(preparation, outputs, weights).All(new Design(preparation, rows));

    /// <summary>Weights that give <c>scale * output + shift</c>, a shift per output.</summary>
    public LinearModel Rescaled(double scale, double[] shift)
    {
        double[] changed = Array.ConvertAll(weights, w => w * scale);
        for (int c = 0; c < outputs; c++) changed[(outputs * preparation.Width) + c] += shift[c];
        return new(preparation, changed, outputs);
    }

    public string Export(ModelGraph graph)
    {
        List<string> parts = [];
        if (preparation.Scales.Length > 0) ExportNumbers(graph, parts);
        if (preparation.Maps.Length > 0) ExportCategories(graph, parts);
        int width = preparation.Width;
        float[] matrix = new float[width * outputs];
        for (int c = 0; c < outputs; c++)
        {
            for (int k = 0; k < width; k++) matrix[(k * outputs) + c] = (float)weights[(c * width) + k];
        }

        string product = graph.Node("MatMul", [graph.Concat(parts), graph.Floats(matrix, width, outputs)]);
        return graph.Node("Add", [product, graph.Floats(Array.ConvertAll(weights[(outputs * width)..], w => (float)w), 1, outputs)]);
    }

    private void ExportNumbers(ModelGraph graph, List<string> parts)
    {
        var scales = preparation.Scales;
        string Row(Func<NumberScale, float> value) => graph.Floats(Array.ConvertAll(scales, s => value(s)), 1, scales.Length);
        string raw = graph.Concat(graph.NumberInputs);
        string missing = graph.Node("IsNaN", [raw]);
        string filled = graph.Node("Where", [missing, Row(s => s.Median), raw]);
        string held = graph.Node("Min", [graph.Node("Max", [filled, Row(s => s.Low)]), Row(s => s.High)]);
        string standardised = graph.Node("Mul", [graph.Node("Sub", [held, Row(s => s.Mean)]), Row(s => s.InverseDeviation)]);
        parts.Add(standardised);
        if (preparation.Flagged.Length > 0)
            parts.Add(graph.Node("Cast", [graph.Node("Gather", [missing, graph.Whole(preparation.Flagged)], OnnxGraph.Attribute("axis", 1))], OnnxGraph.Attribute("to", OnnxGraph.Float)));
        if (preparation.Pieced.Length == 0) return;
        int[] columns = [.. preparation.Pieced.SelectMany(f => Enumerable.Repeat(f, scales[f].Knots.Length - 1))];
        float[] low = [.. preparation.Pieced.SelectMany(f => scales[f].Knots[..^1])];
        float[] inverse = [.. preparation.Pieced.SelectMany(f => scales[f].Knots.Zip(scales[f].Knots.Skip(1), (a, b) => 1 / (b - a)))];
        string spread = graph.Node("Gather", [standardised, graph.Whole(columns)], OnnxGraph.Attribute("axis", 1));
        string into = graph.Node("Mul", [graph.Node("Sub", [spread, graph.Floats(low, 1, low.Length)]), graph.Floats(inverse, 1, low.Length)]);
        parts.Add(graph.Node("Clip", [into, graph.Floats([0]), graph.Floats([1])]));
    }

    private void ExportCategories(ModelGraph graph, List<string> parts)
    {
        string[] codes = [.. preparation.Maps.Select((map, f) => graph.TextCodes(f, map))];
        var seen = preparation.Indicators.SelectMany((places, f) => places.Select((place, code) => (place, f, code))).Where(i => i.place >= 0).OrderBy(i => i.place).ToArray();
        if (seen.Length == 0) return;
        string spread = graph.Node("Gather", [graph.Concat(codes), graph.Whole([.. seen.Select(i => i.f)])], OnnxGraph.Attribute("axis", 1));
        string equal = graph.Node("Equal", [spread, graph.Whole([.. seen.Select(i => i.code)], 1, seen.Length)]);
        parts.Add(graph.Node("Cast", [equal], OnnxGraph.Attribute("to", OnnxGraph.Float)));
    }
}
