using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Data;

namespace Tidemark.Benchmarks.Train;

/// <summary>
/// Rows to be learned from: 30 numbers, 5 % of them missing, and a class that depends on ten of them by steps, curves and products. Written
/// once as CSV with a spec, for us, and once as raw float32 with the same split, for peers.
/// </summary>
internal static class TrainData
{
    public const int Columns = 30;

    public static async Task<RunSpec> WriteAsync(string folder, int rows, CancellationToken cancellation)
    {
        float[] cells = new float[rows * Columns];
        bool[] labels = new bool[rows];
        for (int row = 0; row < rows; row++) labels[row] = Fill((ulong)row, cells.AsSpan(row * Columns, Columns));
        await WriteCsvAsync(Path.Combine(folder, "data.csv"), cells, labels, cancellation);
        var spec = new RunSpec
        {
            Contract = 1,
            Dataset = new("data.csv"),
            Task = TrainingTask.Binary,
            Label = new("y"),
            Features = [.. Enumerable.Range(0, Columns).Select(f => new FeatureSpec($"x{f}", FeatureType.Numeric))],
            Split = new() { Kind = SplitKind.Stratified, Validation = 0.1, Test = 0.2 },
            Budget = new(Trials: 1),
        };
        await File.WriteAllBytesAsync(Path.Combine(folder, "spec.json"), JsonSerializer.SerializeToUtf8Bytes(spec, RunSpecReader.Json), cancellation);
        byte[] parts = RowSplit.Stratified(spec.Split, (ulong)spec.Seed, Array.ConvertAll(labels, l => l ? 1 : 0));
        await File.WriteAllBytesAsync(Path.Combine(folder, "cells.f32"), MemoryMarshal.AsBytes<float>(cells).ToArray(), cancellation);
        await File.WriteAllBytesAsync(Path.Combine(folder, "labels.u8"), Array.ConvertAll(labels, l => (byte)(l ? 1 : 0)), cancellation);
        await File.WriteAllBytesAsync(Path.Combine(folder, "parts.u8"), parts, cancellation);
        return spec;
    }

    private static bool Fill(ulong row, Span<float> x)
    {
        for (int f = 0; f < x.Length; f++)
        {
            double u = Draw(row, 2 * (ulong)f), v = Draw(row, (2 * (ulong)f) + 1);
            x[f] = (float)(Math.Sqrt(-2 * Math.Log(1 - u)) * Math.Cos(2 * Math.PI * v));
        }

        double signal = Math.Sin(2 * x[0]) + (x[1] * x[2]) + (x[3] > 0.5 ? 1.5 : 0) + Math.Abs(x[4]) - 0.8 + (0.5 * x[5]) + (x[6] > 0 && x[7] > 0 ? 1 : -0.3) + (0.3 * x[8]) - (0.2 * x[9] * x[9]);
        double logistic = Draw(row, 1000);
        for (int f = 0; f < x.Length; f++)
        {
            if (Draw(row, 2000 + (ulong)f) < 0.05) x[f] = float.NaN;
        }

        return signal + Math.Log(logistic / (1 - logistic)) > 0;
    }

    private static double Draw(ulong row, ulong place) => ((SplitMix.Mix(17, row, place) >> 11) + 0.5) / (1L << 53);

    private static async Task WriteCsvAsync(string path, float[] cells, bool[] labels, CancellationToken cancellation)
    {
        await using var file = new StreamWriter(path, append: false, new UTF8Encoding(false), 1 << 16);
        await file.WriteLineAsync(string.Join(',', Enumerable.Range(0, Columns).Select(f => $"x{f}").Append("y")));
        var line = new StringBuilder();
        for (int row = 0; row < labels.Length; row++)
        {
            line.Clear();
            for (int f = 0; f < Columns; f++)
            {
                float cell = cells[(row * Columns) + f];
                if (!float.IsNaN(cell)) line.Append(CultureInfo.InvariantCulture, $"{cell}");
                line.Append(',');
            }

            line.Append(labels[row] ? '1' : '0');
            await file.WriteLineAsync(line, cancellation);
        }
    }
}
