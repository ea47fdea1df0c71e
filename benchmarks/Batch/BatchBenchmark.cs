using System.Text.Json.Nodes;
using Tidemark.Benchmarks.Models;
using Tidemark.Benchmarks.Predict;

namespace Tidemark.Benchmarks.Batch;

/// <summary>Measures every peer as a process of its own, round by round, and refuses figures of peers that answer differently.</summary>
internal sealed class BatchBenchmark(string root, long rows, string[] wanted, TextWriter output)
{
    public const string Suite = "suite";

    /// <summary>The suite with rules for the rows.</summary>
    public const string Rules = "rules";

    private const string Node = "node", Pandas = "pandas";
    private const double Agreement = 1e-6; // of the mean probability; answers are written with seven decimals

    /// <summary>In the order in which they are measured.</summary>
    public static string[] Peers { get; } = [Suite, Rules, .. BatchPeers.All, Node, Pandas];

    public async Task RunAsync(string[] models, int rounds, CancellationToken cancellation)
    {
        string folder = Directory.CreateTempSubdirectory("tidemark-bench-").FullName;
        try
        {
            string data = Path.Combine(folder, "rows.csv");
            await using (FileStream file = File.Create(data)) BatchData.Write(file, wanted.All(IsSuite) ? 0 : rows);
            string? python = await Programs.PythonAsync("pandas, sklearn", cancellation);
            if (python is null) output.WriteLine("pandas is left out: no python3 can import pandas and sklearn (apt-get install python3-pandas python3-sklearn).");
            foreach (string model in models)
            {
                string[] peers = [.. wanted.Where(p => p != Pandas || (python is not null && model == "lr"))];
                await using SuiteBatch? suite = wanted.Any(IsSuite)
                    ? await SuiteBatch.StartAsync(root, Directory.CreateDirectory(Path.Combine(folder, $"storage-{model}")).FullName, model, wanted.Contains(Rules), cancellation) : null;
                var run = new BatchRun(root, folder, data, model, python);
                var figures = new List<Dictionary<string, BatchFigure>>();
                for (int round = 0; round < rounds; round++)
                {
                    var figure = new Dictionary<string, BatchFigure>();
                    foreach (string peer in peers) figure[peer] = IsSuite(peer) ? await suite!.MeasureAsync(rows, peer == Rules, cancellation) : await run.MeasureAsync(peer, cancellation);
                    Agree(figure);
                    figures.Add(figure);
                }
                BatchReport.Write(output, model, peers, figures, rows, BatchData.Size(rows));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool IsSuite(string peer) => peer is Suite or Rules;

    private void Agree(Dictionary<string, BatchFigure> figures)
    {
        var same = figures.Where(f => f.Key is not (BatchPeers.Raw or BatchPeers.Parse)).ToList();
        foreach (var (peer, figure) in same)
        {
            double off = Math.Abs((figure.Sum / figure.Rows) - (same[0].Value.Sum / same[0].Value.Rows));
            if (figure.Rows != rows || off > Agreement)
                throw new BenchmarkException($"{peer} scored {figure.Rows} of {rows} rows, mean probability {figure.Sum / figure.Rows}; {same[0].Key} says {same[0].Value.Sum / same[0].Value.Rows}. No figure counts.");
        }
    }
}

/// <summary>The peers with one model and one file.</summary>
internal sealed class BatchRun
{
    private readonly string root, data, onnx, weights, result;
    private readonly string? python;

    public BatchRun(string root, string folder, string data, string model, string? python)
    {
        (this.root, this.data, this.python) = (root, data, python);
        (onnx, weights, result) = (Path.Combine(folder, $"{model}.onnx"), Path.Combine(folder, "lr.json"), Path.Combine(folder, "result.csv"));
        File.WriteAllBytes(onnx, BenchmarkModels.Create(model));
        File.WriteAllText(weights, new JsonObject
        {
            ["coefficients"] = new JsonArray([.. BenchmarkModels.LinearWeights().Select(w => (JsonNode)w)]),
            ["intercept"] = BenchmarkModels.LinearIntercept,
        }.ToJsonString());
    }

    public async Task<BatchFigure> MeasureAsync(string peer, CancellationToken cancellation) => BatchFigure.Parse(peer switch
    {
        "node" => await Programs.RunAsync("node", [Path.Combine(root, "benchmarks/fastify/batch.mjs"), onnx, data, result], cancellation),
        "pandas" => await Programs.RunAsync(python!, [Path.Combine(root, "benchmarks/Batch/pandas_score.py"), weights, data, result], cancellation),
        _ => await Programs.RunAsync(Environment.ProcessPath!, ["score", peer, onnx, data, result], cancellation),
    });
}
