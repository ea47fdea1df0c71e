using System.Globalization;
using System.Text.Json;
using Tidemark.Retraining.Contract;
using Tidemark.Trainer.Data;
using Tidemark.Trainer.Onnx;
using Tidemark.Trainer.Runs;

namespace Tidemark.Trainer.Artefacts;

/// <summary>model.onnx: raw columns in; label and probabilities, or the prediction, out.</summary>
internal static class ModelFile
{
    public static byte[] Write(Dataset data, Problem problem, Fitted chosen, double temperature, double threshold)
    {
        var graph = new ModelGraph(chosen.Name, data.NumberNames, data.TextNames, data.Ids);
        string outputs = chosen.Model.Export(graph);
        graph.Graph.Property("task", JsonNamingPolicy.CamelCase.ConvertName(problem.Task.ToString())).Property("candidate", chosen.Name).Property("trainer", "Tidemark.Trainer");
        if (problem.Task == TrainingTask.Regression)
        {
            graph.Graph.Node("Identity", [outputs], ["prediction"]).Output("prediction", OnnxGraph.Float, 1);
            return graph.Graph.ToArray();
        }

        if (temperature != 1) outputs = graph.Node("Mul", [outputs, graph.Floats([(float)(1 / temperature)])]);
        string answer = problem.Task == TrainingTask.Binary ? Binary(graph, outputs, threshold) : Multiclass(graph, outputs);
        graph.Graph.Node("LabelEncoder", [answer], ["label"],
            OnnxGraph.Attribute("keys_int64s", Enumerable.Range(0, problem.Classes).Select(c => (long)c)),
            OnnxGraph.Attribute("values_strings", problem.ClassNames!));
        graph.Graph.Output("label", OnnxGraph.Text, 1).Output("probabilities", OnnxGraph.Float, problem.Classes)
            .Property("class_labels", JsonSerializer.Serialize(problem.ClassNames))
            .Property("threshold", threshold.ToString("R", CultureInfo.InvariantCulture));
        return graph.Graph.ToArray();
    }

    private static string Binary(ModelGraph graph, string logit, double threshold)
    {
        string positive = graph.Node("Sigmoid", [logit]);
        string negative = graph.Node("Sub", [graph.Floats([1]), positive]);
        graph.Graph.Node("Concat", [negative, positive], ["probabilities"], OnnxGraph.Attribute("axis", 1));
        return graph.Node("Cast", [graph.Node("GreaterOrEqual", [positive, graph.Floats([(float)threshold])])], OnnxGraph.Attribute("to", OnnxGraph.Int64));
    }

    private static string Multiclass(ModelGraph graph, string logits)
    {
        graph.Graph.Node("Softmax", [logits], ["probabilities"], OnnxGraph.Attribute("axis", 1));
        return graph.Node("ArgMax", [logits], OnnxGraph.Attribute("axis", 1), OnnxGraph.Attribute("keepdims", 1));
    }
}
