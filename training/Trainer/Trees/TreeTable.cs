using Tidemark.Trainer.Onnx;

namespace Tidemark.Trainer.Trees;

/// <summary>Trees as the attributes of a TreeEnsembleRegressor.</summary>
internal sealed class TreeTable(int outputs)
{
    private readonly List<long> trees = [], nodes = [], columns = [], left = [], right = [], missing = [], leafTrees = [], leafNodes = [], leafOutputs = [];
    private readonly List<string> modes = [];
    private readonly List<float> cuts = [], values = [];
    private int count;

    public void Add(Tree tree, BinCuts bins, int output, double scale)
    {
        for (int node = 0; node < tree.Count; node++)
        {
            bool leaf = tree.Column[node] < 0;
            trees.Add(count);
            nodes.Add(node);
            modes.Add(leaf ? "LEAF" : "BRANCH_LEQ");
            columns.Add(leaf ? 0 : tree.Column[node]);
            cuts.Add(leaf ? 0 : bins.Cuts[tree.Column[node]][tree.Bin[node]]);
            missing.Add(!leaf && tree.MissingLeft[node] ? 1 : 0);
            left.Add(leaf ? 0 : tree.Left[node]);
            right.Add(leaf ? 0 : tree.Left[node] + 1);
            if (!leaf) continue;
            leafTrees.Add(count);
            leafNodes.Add(node);
            leafOutputs.Add(output);
            values.Add((float)(scale * tree.Value[node]));
        }

        count++;
    }

    /// <summary>The nodes that sum the trees over tensor <paramref name="cells"/>; the name of the sum, [rows, outputs].</summary>
    public string Export(ModelGraph graph, string cells, double[] bases)
    {
        string from = graph.Floats(Array.ConvertAll(bases, b => (float)b), 1, outputs);
        if (count == 0)
        {
            // No tree was worth it: the constant, once per row.
            string zeros = graph.Node("ReduceSum", [graph.Node("Cast", [graph.Node("IsNaN", [cells])], OnnxGraph.Attribute("to", OnnxGraph.Float)), graph.Whole([1])]);
            return graph.Node("Add", [graph.Node("Mul", [zeros, graph.Floats([0])]), from]);
        }

        string sum = graph.Node("TreeEnsembleRegressor", [cells],
            OnnxGraph.Attribute("n_targets", outputs),
            OnnxGraph.Attribute("aggregate_function", "SUM"),
            OnnxGraph.Attribute("nodes_treeids", trees),
            OnnxGraph.Attribute("nodes_nodeids", nodes),
            OnnxGraph.Attribute("nodes_featureids", columns),
            OnnxGraph.Attribute("nodes_modes", modes),
            OnnxGraph.Attribute("nodes_values", cuts),
            OnnxGraph.Attribute("nodes_truenodeids", left),
            OnnxGraph.Attribute("nodes_falsenodeids", right),
            OnnxGraph.Attribute("nodes_missing_value_tracks_true", missing),
            OnnxGraph.Attribute("target_treeids", leafTrees),
            OnnxGraph.Attribute("target_nodeids", leafNodes),
            OnnxGraph.Attribute("target_ids", leafOutputs),
            OnnxGraph.Attribute("target_weights", values));
        return graph.Node("Add", [sum, from]);
    }
}
