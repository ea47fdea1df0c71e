using System.Globalization;
using System.Text.Json;
using Tidemark.Benchmarks.Predict;

namespace Tidemark.Benchmarks.Train;

/// <summary>Measures each peer as a process of its own, round by round; figures count only for equal AUC.</summary>
internal static class TrainBenchmark
{
    private const double EqualAuc = 0.003;

    public static async Task RunAsync(string root, int rows, int rounds, int threads, TextWriter output, CancellationToken cancellation)
    {
        string folder = Directory.CreateTempSubdirectory("tidemark-bench-").FullName;
        try
        {
            await TrainData.WriteAsync(folder, rows, cancellation);
            string? python = await Programs.PythonAsync("xgboost", cancellation);
            if (python is null) output.WriteLine("xgboost is left out: no python3 can import it (apt-get install python3-xgboost).");
            List<(Figure Ours, Figure? Theirs)> figures = [];
            for (int round = 0; round < rounds; round++)
            {
                var ours = await MeasureAsync(Environment.ProcessPath!, ["fit", folder, $"{threads}"], cancellation);
                var theirs = python is null ? null : await MeasureAsync(python, [Path.Combine(root, "benchmarks/Train/xgboost_train.py"), folder, $"{threads}"], cancellation);
                figures.Add((ours, theirs));
            }

            Report(output, rows, threads, figures);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Report(TextWriter output, int rows, int threads, List<(Figure Ours, Figure? Theirs)> figures)
    {
        string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
        output.WriteLine(Line($"{rows:n0} rows x {TrainData.Columns} columns, 70 % to train on, {threads} threads; medians of {figures.Count} rounds; binning and boosting, reading not counted"));
        output.WriteLine(Line($"{"",-14} {"CPU s",8} {"wall s",8} {"peak MiB",9} {"AUC",8} {"rounds",7} {"CPU ms/round",13}"));
        void Peer(string name, IEnumerable<Figure> peer)
        {
            Figure[] all = [.. peer];
            double Middle(Func<Figure, double> figure) => Median([.. all.Select(figure)]);
            output.WriteLine(Line($"{name,-14} {Middle(f => f.Cpu),8:0.00} {Middle(f => f.Seconds),8:0.00} {Middle(f => f.Peak / 1048576.0),9:0} {Middle(f => f.Auc),8:0.0000} {Middle(f => f.Rounds),7:0} {Middle(f => 1000 * f.Cpu / f.Rounds),13:0.0}"));
        }

        Peer("Tidemark", figures.Select(f => f.Ours));
        var pairs = figures.Where(f => f.Theirs is not null).Select(f => (f.Ours, Theirs: f.Theirs!)).ToArray();
        if (pairs.Length == 0) return;
        Peer("xgboost hist", pairs.Select(p => p.Theirs));
        output.WriteLine(Line($"CPU seconds, ours / xgboost: {Median([.. pairs.Select(p => p.Ours.Cpu / p.Theirs.Cpu)]):0.00} (goal: at most 1.5 for equal AUC)"));
        double difference = Median([.. pairs.Select(p => p.Ours.Auc - p.Theirs.Auc)]);
        if (difference < -EqualAuc) throw new BenchmarkException(Line($"Our AUC is {-difference:0.0000} below xgboost's, so the seconds do not compare."));
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values.Length % 2 == 1 ? values[values.Length / 2] : (values[(values.Length / 2) - 1] + values[values.Length / 2]) / 2;
    }

    private static async Task<Figure> MeasureAsync(string program, string[] arguments, CancellationToken cancellation) =>
        JsonSerializer.Deserialize<Figure>(await Programs.RunAsync(program, arguments, cancellation), JsonSerializerOptions.Web)!;

    /// <param name="Seconds">Binning and boosting.</param>
    /// <param name="Cpu">Seconds of all threads in that time.</param>
    /// <param name="Peak">Most bytes resident in the process.</param>
    /// <param name="Auc">On test rows.</param>
    /// <param name="Rounds">Trees of the model.</param>
    private sealed record Figure(double Seconds, double Cpu, double Peak, double Auc, double Rounds);
}
