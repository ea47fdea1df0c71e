using Tidemark.Retraining.Measures;

namespace Tidemark.Retraining.Evaluation;

/// <summary>
/// A metric of fixed answers for changing weights of the rows: what sorts and scores is done once, so that a resample costs one pass.
/// With every weight 1 it is the metric that <see cref="Measuring"/> computes.
/// </summary>
internal abstract class WeightedMetric
{
    /// <summary>The metric of the rows, each counted so often; null where it does not exist on them.</summary>
    public abstract double? Of(ReadOnlySpan<int> weights);

    public static WeightedMetric Prepare(string metric, HeldOutRows rows, ModelScores model) => metric switch
    {
        "rocAuc" or "prAuc" => new OfRanking(metric == "rocAuc", rows, model),
        "accuracy" or "precision" or "recall" or "f1" => new OfAnswers(metric, rows, model),
        "r2" => new OfSpread(rows, model),
        _ => new OfRows(metric, rows, model),
    };

    /// <summary>The mean of something that each row has by itself.</summary>
    private sealed class OfRows(string metric, HeldOutRows rows, ModelScores model) : WeightedMetric
    {
        private readonly double[] losses = [.. Enumerable.Range(0, rows.Count).Select(row => Loss(metric, rows, model.Scores, row))];

        public override double? Of(ReadOnlySpan<int> weights)
        {
            double sum = 0;
            long count = 0;
            for (int row = 0; row < losses.Length; row++) (sum, count) = (sum + (weights[row] * losses[row]), count + weights[row]);
            return count == 0 ? null : metric == "rmse" ? Math.Sqrt(sum / count) : sum / count;
        }

        private static double Loss(string metric, HeldOutRows rows, double[] scores, int row)
        {
            if (metric is "rmse" or "mae") return metric == "mae" ? Math.Abs(scores[row] - rows.Targets[row]) : Square(scores[row] - rows.Targets[row]);
            var p = scores.AsSpan(row * rows.Width, rows.Width);
            if (metric == "logLoss") return Measuring.LogLoss(p[rows.Classes[row]]);
            double sum = 0;
            for (int c = rows.Width == 2 ? 1 : 0; c < rows.Width; c++) sum += Square(p[c] - (rows.Classes[row] == c ? 1 : 0));
            return sum;
        }
    }

    /// <summary>A figure of the confusion matrix.</summary>
    private sealed class OfAnswers(string metric, HeldOutRows rows, ModelScores model) : WeightedMetric
    {
        private readonly int[] answers = [.. Enumerable.Range(0, rows.Count).Select(row => Measuring.Answer(model.Scores.AsSpan(row * rows.Width, rows.Width), model.Threshold))];
        private readonly int[][] confusion = [.. Enumerable.Range(0, rows.Width).Select(_ => new int[rows.Width])];

        public override double? Of(ReadOnlySpan<int> weights)
        {
            foreach (int[] line in confusion) Array.Clear(line);
            for (int row = 0; row < answers.Length; row++) confusion[rows.Classes[row]][answers[row]] += weights[row];
            long count = confusion.Sum(line => line.Sum(k => (long)k));
            if (count == 0) return null;
            if (metric == "accuracy") return Enumerable.Range(0, rows.Width).Sum(c => confusion[c][c]) / (double)count;
            (double precision, double recall, double f1) = Measuring.Averages(confusion);
            return metric switch { "precision" => precision, "recall" => recall, _ => f1 };
        }
    }

    /// <summary>1 - squared error / squared distance from the mean.</summary>
    private sealed class OfSpread(HeldOutRows rows, ModelScores model) : WeightedMetric
    {
        public override double? Of(ReadOnlySpan<int> weights)
        {
            double sum = 0, errors = 0, spread = 0;
            long count = 0;
            for (int row = 0; row < rows.Count; row++) (sum, count) = (sum + (weights[row] * rows.Targets[row]), count + weights[row]);
            for (int row = 0; row < rows.Count; row++)
            {
                errors += weights[row] * Square(model.Scores[row] - rows.Targets[row]);
                spread += weights[row] * Square(rows.Targets[row] - (sum / count));
            }

            return spread > 0 ? 1 - (errors / spread) : null;
        }
    }

    /// <summary>Areas under the ROC and the precision-recall curve; with more than two classes the mean of each against the rest.</summary>
    private sealed class OfRanking : WeightedMetric
    {
        private readonly bool roc;
        private readonly (int[] Order, int[] Ends, bool[] Positive)[] rankings;

        public OfRanking(bool roc, HeldOutRows rows, ModelScores model)
        {
            this.roc = roc;
            int first = rows.Width == 2 ? 1 : 0;
            rankings = [.. Enumerable.Range(first, rows.Width - first).Select(c => Ranked(c, rows, model))];
        }

        public override double? Of(ReadOnlySpan<int> weights)
        {
            double sum = 0;
            int exist = 0;
            foreach (var (order, ends, positive) in rankings)
            {
                if ((roc ? Roc(order, ends, positive, weights) : Precision(order, ends, positive, weights)) is not { } area) continue;
                (sum, exist) = (sum + area, exist + 1);
            }

            return exist == 0 ? null : sum / exist;
        }

        /// <summary>Rows from the highest score down, and where each run of equal scores ends.</summary>
        private static (int[] Order, int[] Ends, bool[] Positive) Ranked(int c, HeldOutRows rows, ModelScores model)
        {
            double[] scores = [.. Enumerable.Range(0, rows.Count).Select(row => -model.Scores[(row * rows.Width) + c])];
            int[] order = [.. Enumerable.Range(0, rows.Count)];
            Array.Sort(scores, order);
            int[] ends = [.. Enumerable.Range(1, rows.Count).Where(k => k == rows.Count || scores[k] != scores[k - 1])];
            return (order, ends, Array.ConvertAll(order, row => rows.Classes[row] == c));
        }

        private static double? Roc(int[] order, int[] ends, bool[] positive, ReadOnlySpan<int> weights)
        {
            double area = 0, above = 0, negatives = 0;
            int at = 0;
            foreach (int end in ends)
            {
                double hits = 0, misses = 0;
                for (; at < end; at++)
                {
                    if (positive[at]) hits += weights[order[at]];
                    else misses += weights[order[at]];
                }

                area += misses * (above + (hits / 2));
                (above, negatives) = (above + hits, negatives + misses);
            }

            return above == 0 || negatives == 0 ? null : area / (above * negatives);
        }

        private static double? Precision(int[] order, int[] ends, bool[] positive, ReadOnlySpan<int> weights)
        {
            double area = 0, hits = 0, all = 0;
            int at = 0;
            foreach (int end in ends)
            {
                double before = hits;
                for (; at < end; at++)
                {
                    all += weights[order[at]];
                    if (positive[at]) hits += weights[order[at]];
                }

                if (hits > before) area += (hits - before) * hits / all;
            }

            return hits == 0 ? null : area / hits;
        }
    }

    private static double Square(double x) => x * x;
}
