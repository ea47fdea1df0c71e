using Tidemark.Retraining.Contract;
using Tidemark.Trainer.Data;
using Tidemark.Trainer.Runs;

namespace Tidemark.Trainer.Linear;

/// <summary>Linear or logistic regression along a path of L2 penalties, from strong to weak, each fit beginning where the last one ended.</summary>
internal static class LinearCandidate
{
    private const int MostIterations = 200;
    private const double Tolerance = 1e-6;

    private static readonly double[] Penalties = [1, 0.3, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.003, 0.002, 0.001, 3e-4, 1e-4, 1e-5];

    /// <param name="piecewise">An additive model: piecewise linear in every number.</param>
    public static Fitted Fit(string name, bool piecewise, Resampling resampling, TextIds[] ids, int maxCategories, Work work)
    {
        var problem = work.Problem;
        double[][] outputs = [.. Penalties.Select(_ => new double[resampling.Validation.Rows * problem.Outputs])];
        double[] losses = new double[Penalties.Length], trained = new double[Penalties.Length];
        int reached = Penalties.Length;
        for (int f = 0; f < resampling.Folds.Count; f++)
        {
            var fold = resampling.Folds[f];
            var path = Path($"{name}-{f}", fold, f, piecewise, ids, maxCategories, reached, resampling.Folds.Count, name, work);
            reached = Math.Min(reached, path.Weights.Count);
            for (int k = 0; k < reached; k++) Judge(path, k, fold, outputs[k], losses, trained, resampling.Validation.Rows, problem);
        }

        int best = Enumerable.Range(0, reached).MinBy(k => losses[k]);
        var model = resampling.HasFolds
            ? Whole(name, resampling, best, piecewise, ids, maxCategories, work)
            : Path($"{name}-0", resampling.Folds[0], 0, piecewise, ids, maxCategories, reached, 1, name, work).Model(best, problem);
        work.Progress.Found(losses[best]);
        Trial[] trials = [.. Enumerable.Range(0, reached).Select(k => new Trial(Settings(k), losses[k]))];
        CurvePoint[] curve = [.. Enumerable.Range(0, reached).Select(k => new CurvePoint(Penalties[k], trained[k], losses[k]))];
        return new(name, model, outputs[best], Settings(best), trials, curve);
    }

    private static Dictionary<string, object> Settings(int k) => new() { ["l2"] = Penalties[k] };

    private static void Judge(WeightPath path, int k, Fold fold, double[] outputs, double[] losses, double[] trained, int rows, Problem problem)
    {
        double[] scores = path.Model(k, problem).Score(fold.Validation);
        for (int row = 0; row < fold.Places.Length; row++)
        {
            var z = scores.AsSpan(row * problem.Outputs, problem.Outputs);
            z.CopyTo(outputs.AsSpan(fold.Places[row] * problem.Outputs));
            losses[k] += problem.Loss(z, fold.Validation.Classes[row], fold.Validation.Targets[row]) / rows;
        }

        trained[k] += path.TrainingLosses[k] * fold.Places.Length / rows;
    }

    private static LinearModel Whole(string name, Resampling resampling, int best, bool piecewise, TextIds[] ids, int maxCategories, Work work)
    {
        var all = new Fold(resampling.Whole, resampling.Whole, []);
        return Path($"{name}-all", all, resampling.Folds.Count, piecewise, ids, maxCategories, best + 1, resampling.Folds.Count, name, work).Model(best, work.Problem);
    }

    private static WeightPath Path(string unit, Fold fold, int at, bool piecewise, TextIds[] ids, int maxCategories, int most, int folds, string name, Work work)
    {
        var problem = work.Problem;
        var preparation = LinearPreparation.Fit(fold.Training, ids, maxCategories, piecewise);
        var path = new WeightPath(preparation, Spread(fold.Training, problem));
        work.Checkpoints.Read(unit, path.Load);
        if (path.Weights.Count >= most) return path;
        var (mean, deviation) = path.Spread;
        var design = new Design(preparation, fold.Training);
        double[] targets = Array.ConvertAll(fold.Training.Targets, y => (y - mean) / deviation);
        var objective = new LinearObjective(preparation, design, problem, fold.Training.Classes, targets, work.Parallel);
        double[] free = new double[objective.Length];
        while (path.Weights.Count < most && !(path.Weights.Count > 2 && work.OutOfTime))
        {
            int k = path.Weights.Count;
            double[] weights = [.. k == 0 ? new double[objective.Length] : path.Weights[^1]];
            objective.Penalty = Penalties[k];
            Lbfgs.Minimise(weights, objective.Evaluate, MostIterations, Tolerance);
            objective.Penalty = 0;
            path.Add(weights, objective.Evaluate(weights, free) * (problem.Task == TrainingTask.Regression ? 2 * deviation * deviation : 1));
            work.Progress.Step(name, (at * Penalties.Length) + k + 1, (long)Penalties.Length * (folds + (folds > 1 ? 1 : 0)));
            work.MayPause(unit, path.Save);
        }

        work.Checkpoints.Write(unit, path.Save);
        return path;
    }

    private static (double Mean, double Deviation) Spread(Part training, Problem problem)
    {
        if (problem.Task != TrainingTask.Regression) return (0, 1);
        double mean = training.Targets.Average(), deviation = Math.Sqrt(training.Targets.Average(y => (y - mean) * (y - mean)));
        return (mean, deviation > 0 ? deviation : 1);
    }

    /// <summary>Weights along the path of penalties, as far as it has been gone.</summary>
    private sealed class WeightPath(LinearPreparation preparation, (double Mean, double Deviation) spread)
    {
        public List<double[]> Weights { get; } = [];

        public List<double> TrainingLosses { get; } = [];

        /// <summary>Of the target in training.</summary>
        public (double Mean, double Deviation) Spread { get; } = spread;

        public void Add(double[] weights, double loss)
        {
            Weights.Add(weights);
            TrainingLosses.Add(loss);
        }

        /// <summary>The model of a penalty in the data's own units and at their own base rates: what class weights added is taken off.</summary>
        public LinearModel Model(int k, Problem problem) =>
            new LinearModel(preparation, Weights[k], problem.Outputs).Rescaled(Spread.Deviation, Array.ConvertAll(problem.WeightShift, added => Spread.Mean - added));

        public void Save(BinaryWriter to)
        {
            to.Write(Weights.Count);
            foreach (var (weights, loss) in Weights.Zip(TrainingLosses))
            {
                to.Write(loss);
                to.Write(weights.Length);
                foreach (double w in weights) to.Write(w);
            }
        }

        public void Load(BinaryReader from)
        {
            for (int count = from.ReadInt32(); count > 0; count--)
            {
                double loss = from.ReadDouble();
                double[] weights = new double[from.ReadInt32()];
                for (int k = 0; k < weights.Length; k++) weights[k] = from.ReadDouble();
                Add(weights, loss);
            }
        }
    }
}
