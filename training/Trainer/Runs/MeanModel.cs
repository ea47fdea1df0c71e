using Tidemark.Trainer.Data;
using Tidemark.Trainer.Onnx;

namespace Tidemark.Trainer.Runs;

/// <summary>The mean of the outputs of several models: of the ones that folds left.</summary>
internal sealed class MeanModel(IReadOnlyList<IModel> models) : IModel
{
    public int Parameters => models.Sum(m => m.Parameters);

    public double[] Score(Part rows)
    {
        double[] mean = models[0].Score(rows);
        foreach (var model in models.Skip(1))
        {
            double[] scores = model.Score(rows);
            for (int k = 0; k < mean.Length; k++) mean[k] += scores[k];
        }

        return Array.ConvertAll(mean, sum => sum / models.Count);
    }

    public string Export(ModelGraph graph)
    {
        string sum = graph.Node("Sum", [.. models.Select(m => m.Export(graph))]);
        return graph.Node("Mul", [sum, graph.Floats([1f / models.Count])]);
    }
}
