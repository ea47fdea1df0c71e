using Tidemark.Trainer.Data;
using Tidemark.Trainer.Onnx;
using Tidemark.Trainer.Runs;

namespace Tidemark.Trainer.Trees;

/// <summary>A sum of trees.</summary>
/// <param name="columns">What the trees see.</param>
/// <param name="cuts">What their bins stand for.</param>
/// <param name="trees">Round by round, in each round one per output.</param>
/// <param name="outputs">Number of outputs.</param>
/// <param name="bases">Per output what the sum begins with.</param>
/// <param name="scale">What the trees' answers are multiplied by.</param>
internal sealed class TreesModel(TreeColumns columns, BinCuts cuts, IReadOnlyList<Tree> trees, int outputs, double[] bases, double scale) : IModel
{
    public int Parameters => trees.Sum(tree => tree.Count) + outputs;

    public double[] Score(Part rows)
    {
        float[][] cells = [.. Enumerable.Range(0, columns.Count).Select(f => columns.Of(rows, f))];
        double[] scores = new double[rows.Kept * outputs];
        byte[] row = new byte[columns.Count];
        for (int k = 0; k < rows.Kept; k++)
        {
            for (int f = 0; f < row.Length; f++) row[f] = cuts.Bin(f, cells[f][k]);
            for (int c = 0; c < outputs; c++)
            {
                double sum = 0;
                for (int t = c; t < trees.Count; t += outputs) sum += trees[t].Score(row, cuts);
                scores[(k * outputs) + c] = bases[c] + (scale * sum);
            }
        }

        return scores;
    }

    public string Export(ModelGraph graph)
    {
        var table = new TreeTable(outputs);
        for (int t = 0; t < trees.Count; t++) table.Add(trees[t], cuts, t % outputs, scale);
        return table.Export(graph, columns.Export(graph), bases);
    }
}
