using System.Globalization;
using System.Text.Json.Nodes;
using Tidemark.Benchmarks.Predict;

namespace Tidemark.Benchmarks.Validate;

/// <summary>Measures every peer as a process of its own, round by round, and refuses figures of peers that disagree about the data.</summary>
internal static class ValidateBenchmark
{
    private static readonly string[] Ours = ["suite", "gate", "parse"];

    public static async Task RunAsync(string root, int rows, int rounds, TextWriter output, CancellationToken cancellation)
    {
        string folder = Directory.CreateTempSubdirectory("tidemark-bench-").FullName;
        try
        {
            (string data, string suite) = (Path.Combine(folder, "rows.csv"), Path.Combine(folder, "suite.json"));
            ValidateData.WriteRows(data, rows);
            await File.WriteAllTextAsync(suite, ValidateData.Suite(rows).ToJsonString(), cancellation);
            string? python = await Programs.PythonAsync("pandas", cancellation);
            bool pandas = python is not null;
            if (!pandas)
                output.WriteLine("pandas is left out: no python3 can import it (apt-get install python3-pandas).");
            string[] peers = pandas ? [.. Ours, "pandas"] : Ours;
            var figures = new List<Dictionary<string, Figure>>();
            for (int round = 0; round < rounds; round++)
            {
                var figure = new Dictionary<string, Figure>();
                foreach (string peer in peers)
                    figure[peer] = await MeasureAsync(root, peer, python, data, suite, cancellation);
                if (pandas)
                    Agree(figure["suite"], figure["pandas"]);
                figures.Add(figure);
            }
            Report(output, peers, figures, new FileInfo(data).Length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Figure> MeasureAsync(string root, string peer, string? python, string data, string suite, CancellationToken cancellation)
    {
        string text = peer == "pandas"
            ? await Programs.RunAsync(python!, [Path.Combine(root, "benchmarks", "Validate", "pandas_check.py"), data, suite], cancellation)
            : await Programs.RunAsync(Environment.ProcessPath!, ["check", peer, data, suite], cancellation);
        JsonNode answer = JsonNode.Parse(text)!;
        return new((long)answer["rows"]!, (double)answer["seconds"]!, (double)answer["cpu"]!, (long)answer["peak"]! / 1048576.0, Verdicts(answer));
    }

    private static string[] Verdicts(JsonNode answer) =>
        [.. answer["verdicts"]!.AsArray().Select(v => $"{v!["type"]} {v["column"]}: {v["success"]}, {v["unexpected"]} unexpected").Order(StringComparer.Ordinal)];

    private static void Agree(Figure suite, Figure pandas)
    {
        foreach ((string ours, string theirs) in suite.Verdicts.Zip(pandas.Verdicts))
        {
            if (ours != theirs)
                throw new BenchmarkException($"The suite and pandas disagree, so no figure counts. Suite: {ours}. pandas: {theirs}.");
        }
    }

    private static void Report(TextWriter output, string[] peers, List<Dictionary<string, Figure>> rounds, long bytes)
    {
        string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
        double Median(Func<Dictionary<string, Figure>, double> figure) => PredictReport.Median(rounds.Select(figure));
        output.WriteLine(Line($"{rounds[0]["suite"].Rows:n0} rows x 30 columns, {bytes / 1e6:0} MB, {rounds[0]["suite"].Verdicts.Length} expectations; medians of {rounds.Count} rounds"));
        output.WriteLine(Line($"{"",-8} {"rows/s",12} {"MB/s",8} {"CPU s",7} {"peak MiB",9} | x parse: {"wall",6} {"CPU",6} | x pandas: {"wall",6} {"CPU",6}"));
        foreach (string peer in peers)
        {
            string Times(string other) => peers.Contains(other)
                ? Line($"{Median(r => r[other].Seconds / r[peer].Seconds),6:0.00} {Median(r => r[other].Cpu / r[peer].Cpu),6:0.00}")
                : "";
            output.WriteLine(Line($"{peer,-8} {Median(r => r[peer].Rows / r[peer].Seconds),12:n0} {Median(r => bytes / 1e6 / r[peer].Seconds),8:0} {Median(r => r[peer].Cpu),7:0.00} {Median(r => r[peer].PeakMiB),9:0} |          {Times("parse")} |           {Times("pandas")}"));
        }
    }

    /// <param name="Rows">Rows read.</param>
    /// <param name="Seconds">From opening the file to the verdict; starting the process is not counted.</param>
    /// <param name="Cpu">Seconds of all threads between the same two moments.</param>
    /// <param name="PeakMiB">Most memory resident.</param>
    /// <param name="Verdicts">What was found, to compare peers.</param>
    private sealed record Figure(long Rows, double Seconds, double Cpu, double PeakMiB, string[] Verdicts);
}
