using System.Runtime.InteropServices;

namespace Tidemark.Benchmarks.Drift;

/// <summary>Columns of numbers from a seed, the current ones shifted a little more column by column, in a file of raw doubles that numpy and .NET read alike.</summary>
internal static class DriftData
{
    public static void Write(string path, int columns, int rows, bool current)
    {
        using FileStream file = File.Create(path);
        double[] values = new double[rows];
        for (int column = 0; column < columns; column++)
        {
            var random = new Random(2 * column + (current ? 1 : 0));
            double shift = current ? 0.002 * column : 0;
            for (int row = 0; row < rows; row++)
            {
                double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
                values[row] = radius * Math.Cos(2 * Math.PI * random.NextDouble()) + shift;
            }
            file.Write(MemoryMarshal.AsBytes(values.AsSpan()));
        }
    }

    public static double[][] Read(string path, int rows)
    {
        using FileStream file = File.OpenRead(path);
        double[][] columns = new double[file.Length / rows / sizeof(double)][];
        for (int column = 0; column < columns.Length; column++)
        {
            columns[column] = new double[rows];
            file.ReadExactly(MemoryMarshal.AsBytes(columns[column].AsSpan()));
        }
        return columns;
    }
}
