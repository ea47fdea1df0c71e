using System.Numerics.Tensors;
using Tidemark.Retraining.Data;

namespace Tidemark.Trainer.Trees;

/// <summary>
/// Grows one tree at a time, the leaf with the largest gain first, from histograms (Ke et al., "LightGBM", NeurIPS 2017); gains and leaf
/// values after Chen and Guestrin, "XGBoost", KDD 2016, missing values going where the gain is larger.
/// </summary>
internal sealed class TreeGrower(BinnedRows rows, Gradients gradients, TreeSettings settings, ParallelOptions parallel)
{
    private const double SmallestGain = 1e-7;
    private readonly BinCuts cuts = rows.Cuts;
    private readonly HistogramFiller filler = new(rows, parallel);
    private readonly Stack<long[]> free = [];
    private readonly int[] order = new int[rows.Rows];
    private readonly int[] aside = new int[rows.Rows];
    private int sampled;

    /// <summary>Grows a tree from the current gradients and adds its answers to the scores of all rows.</summary>
    /// <param name="seed">Of the sample of rows and columns.</param>
    /// <param name="scores">Score per row.</param>
    public Tree Grow(ulong seed, float[] scores)
    {
        Sample(seed);
        int[] columns = Columns(seed);
        var tree = new Tree(2 * settings.Leaves);
        var open = new List<Leaf> { Root(tree, columns) };
        while (open.Count < settings.Leaves && open.MaxBy(leaf => leaf.Gain) is { Gain: > SmallestGain } leaf)
        {
            open.Remove(leaf);
            (Leaf left, Leaf right) = Split(tree, leaf, columns, last: open.Count + 2 == settings.Leaves);
            open.Add(left);
            open.Add(right);
        }

        foreach (var leaf in open)
        {
            tree.Value[leaf.Node] = (float)(-settings.LearningRate * leaf.First / (leaf.Second + settings.Lambda));
            for (int k = leaf.From; k < leaf.To; k++) scores[order[k]] += tree.Value[leaf.Node];
            Release(leaf);
        }

        // Rows that the tree has not seen stand behind the sample.
        for (int k = sampled; k < rows.Rows; k++) scores[order[k]] += tree.Score(rows.Row(order[k]), cuts);
        return tree;
    }

    private void Sample(ulong seed)
    {
        int all = rows.Rows, left = 0;
        if (settings.RowShare >= 1)
        {
            for (int row = 0; row < all; row++) order[row] = row;
            sampled = all;
            return;
        }

        ulong salt = SplitMix.Next(seed), below = (ulong)(settings.RowShare * ulong.MaxValue);
        sampled = 0;
        for (int row = 0; row < all; row++)
        {
            if (SplitMix.Next((ulong)row ^ salt) < below) order[sampled++] = row;
            else aside[left++] = row;
        }

        aside.AsSpan(0, left).CopyTo(order.AsSpan(sampled));
    }

    private int[] Columns(ulong seed)
    {
        if (settings.ColumnShare >= 1) return [.. Enumerable.Range(0, cuts.Columns)];
        int count = Math.Max(1, (int)Math.Round(cuts.Columns * settings.ColumnShare));
        int[] chosen = SplitMix.Order(cuts.Columns, SplitMix.Mix(seed, 1))[..count];
        Array.Sort(chosen);
        return chosen;
    }

    private Leaf Root(Tree tree, int[] columns)
    {
        var root = new Leaf { Node = tree.AddLeaf(), From = 0, To = sampled };
        long sum = 0;
        for (int k = 0; k < sampled; k++) sum += gradients.Packed[order[k]];
        Take(root, sum);
        root.Histogram = Rent();
        filler.Fill(order.AsMemory(0, sampled), gradients.Packed, columns, root.Histogram);
        Search(root, columns);
        return root;
    }

    private (Leaf Left, Leaf Right) Split(Tree tree, Leaf leaf, int[] columns, bool last)
    {
        int node = tree.Split(leaf.Node, leaf.Column, (byte)leaf.Bin, leaf.MissingLeft), middle = Partition(leaf);
        var left = new Leaf { Node = node, From = leaf.From, To = middle };
        var right = new Leaf { Node = node + 1, From = middle, To = leaf.To };
        Take(left, leaf.LeftSum);
        Take(right, leaf.Sum - leaf.LeftSum);
        if (last)
        {
            Release(leaf);
            return (left, right);
        }

        // The smaller child is summed, the larger one is the rest of the parent.
        var (small, large) = left.To - left.From <= right.To - right.From ? (left, right) : (right, left);
        small.Histogram = Rent();
        filler.Fill(order.AsMemory(small.From, small.To - small.From), gradients.Packed, columns, small.Histogram);
        large.Histogram = leaf.Histogram;
        foreach (int f in columns)
        {
            var bins = large.Histogram.AsSpan(cuts.First[f]..cuts.First[f + 1]);
            TensorPrimitives.Subtract<long>(bins, small.Histogram.AsSpan(cuts.First[f]..cuts.First[f + 1]), bins);
        }

        Search(left, columns);
        Search(right, columns);
        return (left, right);
    }

    /// <summary>Orders the rows of a leaf: those that go left first, each side ascending; returns where the right side begins.</summary>
    private int Partition(Leaf leaf)
    {
        byte[] codes = rows.Codes;
        int stride = cuts.Columns, missing = cuts.Missing(leaf.Column), left = leaf.From, right = 0;
        for (int k = leaf.From; k < leaf.To; k++)
        {
            int row = order[k], bin = codes[(row * stride) + leaf.Column];
            if (bin == missing ? leaf.MissingLeft : bin <= leaf.Bin) order[left++] = row;
            else aside[right++] = row;
        }

        aside.AsSpan(0, right).CopyTo(order.AsSpan(left));
        return left;
    }

    private void Search(Leaf leaf, int[] columns)
    {
        double parent = leaf.First * leaf.First / (leaf.Second + settings.Lambda);
        foreach (int f in columns)
        {
            var bins = leaf.Histogram.AsSpan(cuts.First[f]..cuts.First[f + 1]);
            long missing = bins[^1];
            Search(leaf, f, bins[..^2], 0, parent, missingLeft: false);
            if (missing != 0) Search(leaf, f, bins[..^2], missing, parent, missingLeft: true);
        }
    }

    /// <param name="bins">The bins after which a cut can be.</param>
    /// <param name="sum">What is on the left before the first bin: missing rows, or nothing.</param>
    private void Search(Leaf leaf, int column, ReadOnlySpan<long> bins, long sum, double parent, bool missingLeft)
    {
        double lambda = settings.Lambda, smallest = settings.SmallestChild, g1 = gradients.FirstUnit, h1 = gradients.SecondUnit;
        double best = leaf.Gain;
        for (int bin = 0; bin < bins.Length; bin++)
        {
            if (bins[bin] == 0) continue;
            sum += bins[bin];
            double h = (uint)sum * h1, rest = leaf.Second - h;
            if (h < smallest) continue;
            if (rest < smallest) break;
            double g = (sum >> 32) * g1, other = leaf.First - g;
            double left = h + lambda, right = rest + lambda;
            double gain = (((g * g * right) + (other * other * left)) / (left * right)) - parent;
            if (gain <= best) continue;
            best = gain;
            // Without missing rows here, those to come go where more rows go.
            (leaf.Gain, leaf.Column, leaf.Bin, leaf.LeftSum, leaf.MissingLeft) = (gain, column, bin, sum, missingLeft || (leaf.MissingOf(cuts, column) == 0 && h > rest));
        }
    }

    private void Take(Leaf leaf, long sum) =>
        (leaf.Sum, leaf.First, leaf.Second) = (sum, (sum >> 32) * gradients.FirstUnit, (uint)sum * gradients.SecondUnit);

    private long[] Rent() => free.Count > 0 ? free.Pop() : new long[cuts.First[^1]];

    private void Release(Leaf leaf)
    {
        if (leaf.Histogram.Length > 0) free.Push(leaf.Histogram);
        leaf.Histogram = [];
    }

    private sealed class Leaf
    {
        public required int Node { get; init; }

        /// <summary>Its rows stand in the order from here …</summary>
        public required int From { get; init; }

        /// <summary>… to before here.</summary>
        public required int To { get; init; }

        public long Sum { get; set; }

        public double First { get; set; }

        public double Second { get; set; }

        public long[] Histogram { get; set; } = [];

        public double Gain { get; set; }

        public int Column { get; set; }

        public int Bin { get; set; }

        public long LeftSum { get; set; }

        public bool MissingLeft { get; set; }

        public long MissingOf(BinCuts cuts, int column) => Histogram[cuts.First[column + 1] - 1];
    }
}
