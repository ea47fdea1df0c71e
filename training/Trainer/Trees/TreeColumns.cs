using Tidemark.Trainer.Data;
using Tidemark.Trainer.Linear;
using Tidemark.Trainer.Onnx;
using Tidemark.Trainer.Runs;

namespace Tidemark.Trainer.Trees;

/// <summary>
/// What trees see: numbers as they are, categories as their rank by the mean of the target in training (Fisher 1958: for one split of one
/// category column some cut in this order is the best). Missing is NaN; an unknown category stands where the overall mean stands.
/// </summary>
internal sealed class TreeColumns
{
    private const double Smoothing = 10;
    private readonly CategoryMap[] maps;
    private readonly float[][] ranks;
    private readonly float[] other;

    private TreeColumns(int numbers, CategoryMap[] maps, float[][] ranks, float[] other) => (Numbers, this.maps, this.ranks, this.other) = (numbers, maps, ranks, other);

    /// <summary>Number of numeric columns, which come first.</summary>
    public int Numbers { get; }

    public int Count => Numbers + maps.Length;

    public static TreeColumns Fit(Part training, TextIds[] ids, int maxCategories, Problem problem)
    {
        double[] response = Response(training, problem);
        double mean = response.AsSpan(0, training.Kept).ToArray().Average();
        var maps = training.Texts.Select((column, f) => CategoryMap.Fit(column, ids[f], maxCategories)).ToArray();
        float[][] ranks = new float[maps.Length][];
        float[] other = new float[maps.Length];
        for (int f = 0; f < maps.Length; f++)
        {
            double[] sums = new double[maps[f].Codes], counts = new double[maps[f].Codes];
            for (int row = 0; row < training.Kept; row++)
            {
                int code = maps[f].Code(training.Texts[f][row]);
                (sums[code], counts[code]) = (sums[code] + response[row], counts[code] + 1);
            }

            double Mean(int code) => (sums[code] + (Smoothing * mean)) / (counts[code] + Smoothing);
            int[] order = [.. Enumerable.Range(0, maps[f].Codes).Where(code => code != CategoryMap.Missing).OrderBy(Mean).ThenBy(code => code)];
            ranks[f] = [.. maps[f].Known.Select((_, at) => (float)Array.IndexOf(order, CategoryMap.FirstKnown + at))];
            other[f] = Array.IndexOf(order, CategoryMap.Other);
        }

        return new(training.Numbers.Length, maps, ranks, other);
    }

    /// <summary>The cells of a categorical column as trees see them.</summary>
    public float Rank(int column, int id) => maps[column].Code(id) switch
    {
        CategoryMap.Missing => float.NaN,
        CategoryMap.Other => other[column],
        var code => ranks[column][code - CategoryMap.FirstKnown],
    };

    /// <summary>Column <paramref name="f"/> of the kept rows.</summary>
    public float[] Of(Part part, int f) => f < Numbers ? part.Numbers[f] : Array.ConvertAll(part.Texts[f - Numbers], id => Rank(f - Numbers, id));

    /// <summary>The same in a graph: a float tensor [rows, <see cref="Count"/>].</summary>
    public string Export(ModelGraph graph) =>
        graph.Concat([.. graph.NumberInputs, .. maps.Select((map, f) => graph.TextNumbers(f, map.Known, ranks[f], other[f]))]);

    /// <summary>What categories are ranked by: the target, or whether the row is of the most frequent class (of the class 1 of two).</summary>
    private static double[] Response(Part training, Problem problem)
    {
        if (problem.ClassNames is null) return training.Targets;
        int one = problem.Classes == 2 ? 1 : Enumerable.Range(0, problem.Classes).MaxBy(c => training.Classes.Count(k => k == c));
        return Array.ConvertAll(training.Classes, c => c == one ? 1.0 : 0.0);
    }
}
