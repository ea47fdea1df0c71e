using MathNet.Numerics.LinearAlgebra;
using Tidemark.Drift.Verdicts;
using Tidemark.Platform.Tabular;

namespace Tidemark.Drift.Multivariate;

/// <summary>The numeric columns of rows as a matrix, standardised by the reference's mean and deviation; missing values are the mean, 0.</summary>
public sealed class FeatureMatrix
{
    private readonly (string Name, double Mean, double Deviation)[] features;

    /// <summary>Takes the reference's numeric columns that vary.</summary>
    public FeatureMatrix(Table reference) => features = [.. reference.Columns.Where(c => ColumnSample.IsNumeric(c.Kind)).Select(Scale).Where(f => f.Deviation > 0)];

    public int Width => features.Length;

    /// <summary>One row of the matrix a row of the table.</summary>
    public Matrix<double> Of(Table table) => Matrix<double>.Build.DenseOfColumnArrays(features.Select(f => Standard(table.Find(f.Name), table.Rows, f.Mean, f.Deviation)));

    private static (string Name, double Mean, double Deviation) Scale(Column column)
    {
        ColumnSample sample = ColumnSample.Of(column, numeric: true, 0, column.Count);
        return (column.Name, sample.Moments.Mean, sample.Count > 0 ? Measurement.Deviation(sample) : 0);
    }

    private static double[] Standard(Column? column, int rows, double mean, double deviation)
    {
        double[] values = new double[rows];
        for (int row = 0; row < rows; row++)
        {
            double value = column switch
            {
                IntegerColumn integers when !integers.IsMissing(row) => integers.Values[row],
                RealColumn reals when !reals.IsMissing(row) => reals.Values[row],
                _ => double.NaN,
            };
            values[row] = double.IsFinite(value) ? (value - mean) / deviation : 0;
        }
        return values;
    }
}
