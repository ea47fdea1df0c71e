using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;

namespace Tidemark.Drift.Multivariate;

/// <summary>
/// How badly rows are rebuilt from the principal components of the reference (NannyML's data reconstruction): it sees changed dependence
/// between columns, which no column by itself shows. Components that hold 65 % of the variance; error: mean Euclidean distance of a
/// standardised row and its reconstruction.
/// </summary>
public sealed class PcaReconstruction
{
    private const double VarianceKept = 0.65;
    private const int Chunks = 10;
    private const double Deviations = 3;

    private readonly Matrix<double> components;

    /// <param name="reference">Standardised rows.</param>
    public PcaReconstruction(Matrix<double> reference)
    {
        Evd<double> parts = reference.TransposeThisAndMultiply(reference).Evd(Symmetricity.Symmetric);
        double[] variance = [.. parts.EigenValues.Select(v => Math.Max(0, v.Real)).Reverse()];
        double whole = variance.Sum(), held = 0;
        int kept = variance.TakeWhile(v => held < VarianceKept * whole && (held += v) >= 0).Count();
        components = parts.EigenVectors.SubMatrix(0, reference.ColumnCount, reference.ColumnCount - kept, kept);
        double[] errors = [.. Enumerable.Range(0, Chunks).Select(i => Part(reference, i)).Where(p => p is not null).Select(p => Error(p!))];
        double mean = errors.Average();
        double deviation = Math.Sqrt(errors.Average(e => (e - mean) * (e - mean)));
        (Usual, Lower, Upper) = (mean, mean - Deviations * deviation, mean + Deviations * deviation);
    }

    /// <summary>Mean error of the reference's own chunks.</summary>
    public double Usual { get; }

    /// <summary>Errors below it, or above <see cref="Upper"/>, drift: 3 deviations of ten chunks of the reference.</summary>
    public double Lower { get; }

    public double Upper { get; }

    public double Error(Matrix<double> rows) => (rows - rows * components * components.Transpose()).RowNorms(2).Average();

    private static Matrix<double>? Part(Matrix<double> rows, int i)
    {
        int from = (int)((long)rows.RowCount * i / Chunks), to = (int)((long)rows.RowCount * (i + 1) / Chunks);
        return to > from ? rows.SubMatrix(from, to - from, 0, rows.ColumnCount) : null;
    }
}
