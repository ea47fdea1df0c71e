using Tidemark.Retraining.Contract;
using Tidemark.Trainer.Data;
using Tidemark.Trainer.Onnx;

namespace Tidemark.Trainer.Runs;

/// <summary>What is known without looking at any column: shares of the classes, or the mean. What can't beat it is worth nothing.</summary>
internal sealed class Baseline(double[] outputs) : IModel
{
    public const string Name = "baseline";

    public int Parameters => outputs.Length;

    public static Fitted Fit(Resampling resampling, Problem problem)
    {
        double[] answers = new double[resampling.Validation.Rows * problem.Outputs];
        foreach (var fold in resampling.Folds)
        {
            double[] constant = Constant(fold.Training, problem);
            foreach (int place in fold.Places) constant.CopyTo(answers, place * problem.Outputs);
        }

        return new(Name, new Baseline(Constant(resampling.Whole, problem)), answers, new Dictionary<string, object>(), [], []);
    }

    public double[] Score(Part rows) => [.. Enumerable.Range(0, rows.Kept).SelectMany(_ => outputs)];

    public string Export(ModelGraph graph)
    {
        string rows = graph.Node("Gather", [graph.Node("Shape", [graph.NumberInputs.Concat(graph.TextInputs).First()]), graph.Whole([0])], OnnxGraph.Attribute("axis", 0));
        string shape = graph.Node("Concat", [rows, graph.Whole([outputs.Length])], OnnxGraph.Attribute("axis", 0));
        return graph.Node("Expand", [graph.Floats(Array.ConvertAll(outputs, o => (float)o), 1, outputs.Length), shape]);
    }

    private static double[] Constant(Part training, Problem problem)
    {
        if (problem.Task == TrainingTask.Regression) return [training.Targets.Average()];
        // Half a row is added to each class, so that none is impossible.
        double[] counts = [.. Enumerable.Repeat(0.5, problem.Classes)];
        foreach (int c in training.Classes) counts[c]++;
        return problem.Task == TrainingTask.Binary ? [Math.Log(counts[1] / counts[0])] : Array.ConvertAll(counts, count => Math.Log(count / counts.Sum()));
    }
}
