using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Data;
using Tidemark.Trainer.Data;
using Tidemark.Trainer.Runs;

namespace Tidemark.Trainer.Trees;

/// <summary>Gradient boosting (Friedman 2001): a tree per output and round, and the validation loss after each.</summary>
internal sealed class Boosting
{
    private const int CurveEvery = 20;
    private const int CurveRows = 20_000;

    private readonly BinnedRows training, validation;
    private readonly Part trainingRows, validationRows;
    private readonly Problem problem;
    private readonly ulong seed;
    private readonly double mean, deviation;
    private readonly ParallelOptions parallel;
    private readonly Gradients gradients;
    private readonly TreeGrower grower;
    private readonly List<Tree> trees = [];
    private readonly List<CurvePoint> curve = [];
    private readonly List<double> losses = [];
    private readonly double[] bases;
    private readonly float[][] scores, heldScores;

    public Boosting(TreeSettings settings, BinnedRows training, BinnedRows validation, Fold fold, Problem problem, ulong seed, ParallelOptions parallel)
    {
        (this.training, this.validation, this.problem, this.seed, this.parallel) = (training, validation, problem, seed, parallel);
        (trainingRows, validationRows) = (fold.Training, fold.Validation);
        (mean, deviation) = (0, 1);
        if (problem.Task == TrainingTask.Regression)
        {
            mean = trainingRows.Targets.Average();
            deviation = Math.Max(Math.Sqrt(trainingRows.Targets.Average(y => (y - mean) * (y - mean))), 1e-300);
        }

        float[] targets = problem.Task == TrainingTask.Regression ? Array.ConvertAll(trainingRows.Targets, y => (float)((y - mean) / deviation)) : [];
        gradients = new(problem, trainingRows.Classes, targets);
        grower = new(training, gradients, settings, parallel);
        bases = Bases();
        scores = [.. bases.Select(b => Filled(training.Rows, b))];
        heldScores = [.. bases.Select(b => Filled(validation.Rows, b))];
        losses.Add(HeldLoss());
    }

    public int Rounds => trees.Count / problem.Outputs;

    public IReadOnlyList<CurvePoint> Curve => curve;

    /// <summary>Validation loss after so many rounds, from none on.</summary>
    public IReadOnlyList<double> Losses => losses;

    /// <summary>One more round.</summary>
    public void Step()
    {
        int round = Rounds;
        var grown = new Tree[problem.Outputs];
        float[][] before = problem.Outputs == 1 ? scores : Array.ConvertAll(scores, s => (float[])s.Clone());
        for (int c = 0; c < grown.Length; c++)
        {
            gradients.Compute(before, c, parallel);
            grown[c] = grower.Grow(SplitMix.Mix(seed, (ulong)round, (ulong)c), scores[c]);
            AddTo(heldScores[c], validation, grown[c]);
        }

        trees.AddRange(grown);
        double loss = HeldLoss();
        if (Rounds % CurveEvery == 0) curve.Add(new(Rounds, TrainingLoss(), loss));
        losses.Add(loss);
    }

    /// <summary>The model of the first <paramref name="rounds"/> rounds.</summary>
    public TreesModel Model(TreeColumns columns, int rounds) => new(
        columns, training.Cuts, [.. trees.Take(rounds * problem.Outputs)], problem.Outputs, [.. bases.Select((b, c) => (b * deviation) + mean - problem.WeightShift[c])], deviation);

    public void Save(BinaryWriter to)
    {
        to.Write(trees.Count);
        foreach (var tree in trees) tree.Save(to);
        foreach (double loss in losses.Skip(1)) to.Write(loss);
        to.Write(curve.Count);
        foreach (var point in curve)
        {
            to.Write(point.Step);
            to.Write(point.Training);
            to.Write(point.Validation);
        }
    }

    /// <summary>Goes on where another process stopped: scores are summed again tree by tree, in the same order, to the same bits.</summary>
    public void Load(BinaryReader from)
    {
        for (int count = from.ReadInt32(); count > 0; count--)
        {
            var tree = Tree.Load(from);
            int c = trees.Count % problem.Outputs;
            trees.Add(tree);
            AddTo(scores[c], training, tree);
            AddTo(heldScores[c], validation, tree);
        }

        for (int round = Rounds; round > 0; round--) losses.Add(from.ReadDouble());
        for (int count = from.ReadInt32(); count > 0; count--) curve.Add(new(from.ReadDouble(), from.ReadDouble(), from.ReadDouble()));
    }

    private void AddTo(float[] sums, BinnedRows rows, Tree tree)
    {
        if (rows.Rows < 1 << 14)
        {
            for (int row = 0; row < rows.Rows; row++) sums[row] += tree.Score(rows.Row(row), rows.Cuts);
            return;
        }

        Parallel.For(0, 64, parallel, k =>
        {
            for (int row = (int)((long)rows.Rows * k / 64); row < (int)((long)rows.Rows * (k + 1) / 64); row++) sums[row] += tree.Score(rows.Row(row), rows.Cuts);
        });
    }

    /// <summary>The scores before the first tree: the best constant.</summary>
    private double[] Bases()
    {
        if (problem.Task == TrainingTask.Regression) return [0];
        double[] weight = new double[problem.Classes];
        foreach (int c in trainingRows.Classes) weight[c] += problem.ClassWeights[c];
        return problem.Task == TrainingTask.Binary ? [Math.Log(weight[1] / weight[0])] : Array.ConvertAll(weight, w => Math.Log(w / weight.Sum()));
    }

    /// <summary>Unweighted loss, with what class weights added taken off.</summary>
    private double HeldLoss() => Loss(heldScores, validationRows, validationRows.Rows);

    private double TrainingLoss() => Loss(scores, trainingRows, Math.Min(CurveRows, trainingRows.Rows));

    private double Loss(float[][] from, Part rows, int count)
    {
        double sum = 0;
        double[] shift = problem.WeightShift;
        Span<double> z = stackalloc double[problem.Outputs];
        for (int row = 0; row < count; row++)
        {
            for (int c = 0; c < z.Length; c++) z[c] = (from[c][row] * deviation) + mean - shift[c];
            sum += problem.Loss(z, rows.Classes[row], rows.Targets[row]);
        }

        return sum / count;
    }

    private static float[] Filled(int count, double value)
    {
        float[] filled = new float[count];
        Array.Fill(filled, (float)value);
        return filled;
    }
}
