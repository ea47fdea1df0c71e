using Tidemark.Trainer.Onnx;

namespace Tidemark.Benchmarks.Models;

/// <summary>The models that requests are measured with: 30 features, two classes, weights from a seed. What they predict means nothing; what they cost does.</summary>
internal static class BenchmarkModels
{
    public const int Features = 30;
    public const float LinearIntercept = 0.1f;
    private const int Seed = 20261121;

    public static IReadOnlyList<string> Names { get; } = ["lr", "mlp", "gbt"];

    /// <summary>The ONNX bytes of a model of <see cref="Names"/>.</summary>
    public static byte[] Create(string name) => name switch
    {
        "lr" => Linear(),
        "mlp" => Perceptron(new Random(Seed), [Features, 128, 64, 2]),
        "gbt" => Trees(new Random(Seed), trees: 200, depth: 6),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, $"There are {string.Join(", ", Names)}."),
    };

    /// <summary>The weights of <c>lr</c>; its intercept is <see cref="LinearIntercept"/> and its score goes through a logistic.</summary>
    public static float[] LinearWeights() => Normal(new Random(Seed), Features, 0.3f);

    private static byte[] Linear()
    {
        float[] weights = LinearWeights();
        return Graph("lr")
            .Node("LinearClassifier", ["input"], ["label", "probabilities"],
                OnnxGraph.Attribute("coefficients", [.. weights.Select(w => -w), .. weights]),
                OnnxGraph.Attribute("intercepts", [-LinearIntercept, LinearIntercept]),
                OnnxGraph.Attribute("classlabels_ints", [0L, 1L]),
                OnnxGraph.Attribute("post_transform", "LOGISTIC"))
            .ToArray();
    }

    private static byte[] Perceptron(Random random, int[] widths)
    {
        var graph = Graph("mlp");
        string from = "input";
        for (int layer = 1; layer < widths.Length; layer++)
        {
            bool last = layer == widths.Length - 1;
            (int rows, int columns) = (widths[layer - 1], widths[layer]);
            graph.Weights($"w{layer}", Normal(random, rows * columns, MathF.Sqrt(2f / rows)), rows, columns)
                .Weights($"b{layer}", Normal(random, columns, 0.1f), columns)
                .Node("Gemm", [from, $"w{layer}", $"b{layer}"], [$"sum{layer}"])
                .Node(last ? "Softmax" : "Relu", [$"sum{layer}"], [last ? "probabilities" : $"out{layer}"]);
            from = $"out{layer}";
        }
        return graph.ToArray();
    }

    /// <summary>Boosted trees as exporters write them: every tree complete, leaves of one class, logistic link.</summary>
    private static byte[] Trees(Random random, int trees, int depth)
    {
        int inner = (1 << depth) - 1, nodes = (2 << depth) - 1, leaves = nodes - inner;
        (int Tree, int Node)[] all = [.. Enumerable.Range(0, trees).SelectMany(t => Enumerable.Range(0, nodes).Select(n => (t, n)))];
        (int Tree, int Node)[] ends = [.. all.Where(n => n.Node >= inner)];
        return Graph("gbt")
            .Node("TreeEnsembleClassifier", ["input"], ["label", "probabilities"],
                OnnxGraph.Attribute("nodes_treeids", all.Select(n => (long)n.Tree)),
                OnnxGraph.Attribute("nodes_nodeids", all.Select(n => (long)n.Node)),
                OnnxGraph.Attribute("nodes_modes", all.Select(n => n.Node < inner ? "BRANCH_LEQ" : "LEAF")),
                OnnxGraph.Attribute("nodes_featureids", all.Select(n => n.Node < inner ? random.NextInt64(Features) : 0)),
                OnnxGraph.Attribute("nodes_values", all.Select(n => n.Node < inner ? Normal(random) : 0)),
                OnnxGraph.Attribute("nodes_truenodeids", all.Select(n => n.Node < inner ? 2L * n.Node + 1 : 0)),
                OnnxGraph.Attribute("nodes_falsenodeids", all.Select(n => n.Node < inner ? 2L * n.Node + 2 : 0)),
                OnnxGraph.Attribute("class_treeids", ends.Select(n => (long)n.Tree)),
                OnnxGraph.Attribute("class_nodeids", ends.Select(n => (long)n.Node)),
                OnnxGraph.Attribute("class_ids", Enumerable.Repeat(0L, trees * leaves)),
                OnnxGraph.Attribute("class_weights", Normal(random, trees * leaves, 0.1f)),
                OnnxGraph.Attribute("classlabels_int64s", [0L, 1L]),
                OnnxGraph.Attribute("post_transform", "LOGISTIC"))
            .ToArray();
    }

    private static OnnxGraph Graph(string name) =>
        new OnnxGraph(name, "tidemark benchmarks").Input("input", OnnxGraph.Float, Features).Output("probabilities", OnnxGraph.Float, 2);

    private static float[] Normal(Random random, int count, float deviation) =>
        [.. Enumerable.Range(0, count).Select(_ => deviation * Normal(random))];

    /// <summary>A standard normal number (Box and Muller).</summary>
    public static float Normal(Random random) =>
        (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
