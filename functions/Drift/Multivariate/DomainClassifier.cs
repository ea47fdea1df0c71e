using MathNet.Numerics.LinearAlgebra;
using Tidemark.Drift.Statistics;

namespace Tidemark.Drift.Multivariate;

/// <summary>
/// Whether a classifier can tell current rows from those of the reference: area under the ROC curve of a ridge logistic regression on the
/// features, their squares and products, each row scored by a model that has not seen it (5 folds). 0.5: it cannot; 1: always (Lopez-Paz and
/// Oquab, "Revisiting Classifier Two-Sample Tests", 2017).
/// </summary>
public static class DomainClassifier
{
    private const int Folds = 5;
    private const int Steps = 8;
    private const double Ridge = 1;

    /// <summary>Products of features are taken up to so many features; beyond it only the squares.</summary>
    private const int MostCrossed = 12;

    /// <param name="reference">Standardised rows.</param>
    /// <param name="current">Standardised rows.</param>
    /// <returns>Area and the p-value of no difference (Mann-Whitney on the scores).</returns>
    public static TestResult Test(Matrix<double> reference, Matrix<double> current)
    {
        Matrix<double> rows = Expanded(reference.Stack(current));
        int n = reference.RowCount;
        double[] scores = new double[rows.RowCount];
        for (int fold = 0; fold < Folds; fold++)
        {
            int[] learnt = [.. Enumerable.Range(0, rows.RowCount).Where(i => i % Folds != fold)];
            Vector<double> labels = Vector<double>.Build.Dense(learnt.Length, i => learnt[i] >= n ? 1 : 0);
            Vector<double> weights = Fit(Matrix<double>.Build.DenseOfRows(learnt.Select(i => rows.Row(i))), labels);
            for (int i = fold; i < rows.RowCount; i += Folds)
                scores[i] = rows.Row(i) * weights;
        }
        TestResult ranks = MannWhitney.Test(TiedValues.Of([.. scores.Skip(n).Order()], [.. scores.Take(n).Order()]));
        return new(ranks.Statistic / ((double)n * current.RowCount), ranks.PValue);
    }

    /// <summary>A constant, the features, their squares and, of few features, their products; held within ±10 so that no outlier rules.</summary>
    private static Matrix<double> Expanded(Matrix<double> rows)
    {
        int width = rows.ColumnCount;
        (int I, int J)[] pairs = [.. from i in Enumerable.Range(0, width) from j in Enumerable.Range(i, width - i) where i == j || width <= MostCrossed select (i, j)];
        return Matrix<double>.Build.Dense(rows.RowCount, 1 + width + pairs.Length, (row, column) => column == 0 ? 1
            : Math.Clamp(column <= width ? rows[row, column - 1] : rows[row, pairs[column - width - 1].I] * rows[row, pairs[column - width - 1].J], -10, 10));
    }

    /// <summary>Newton's method; both sides weigh the same however many rows they have.</summary>
    private static Vector<double> Fit(Matrix<double> rows, Vector<double> labels)
    {
        double share = labels.Average();
        Vector<double> weights = Vector<double>.Build.Dense(rows.ColumnCount), balance = labels.Map(y => 0.5 / Math.Max(y == 1 ? share : 1 - share, 1e-9));
        for (int step = 0; step < Steps; step++)
        {
            Vector<double> p = (rows * weights).Map(z => 1 / (1 + Math.Exp(-z)));
            Vector<double> slope = rows.TransposeThisAndMultiply((labels - p).PointwiseMultiply(balance)) - Ridge * weights;
            Vector<double> curve = p.Map(q => Math.Max(q * (1 - q), 1e-9)).PointwiseMultiply(balance);
            Matrix<double> bend = rows.TransposeThisAndMultiply(Matrix<double>.Build.DenseOfColumnVectors(rows.EnumerateColumns().Select(c => c.PointwiseMultiply(curve))));
            weights += (bend + Ridge * Matrix<double>.Build.DenseIdentity(rows.ColumnCount)).Cholesky().Solve(slope);
        }
        return weights;
    }
}
