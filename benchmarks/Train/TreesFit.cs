using System.Diagnostics;
using System.Text.Json;
using Tidemark.Benchmarks.Predict;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Data;
using Tidemark.Trainer.Data;
using Tidemark.Trainer.Runs;
using Tidemark.Trainer.Trees;

namespace Tidemark.Benchmarks.Train;

/// <summary>Our side: reads the CSV, then measures binning and boosting, as the peer's are measured.</summary>
internal static class TreesFit
{
    public static async Task RunAsync(string folder, int threads, TextWriter output, CancellationToken cancellation)
    {
        var spec = RunSpecReader.Read(await File.ReadAllBytesAsync(Path.Combine(folder, "spec.json"), cancellation)).Value!;
        var read = await Dataset.ReadAsync(spec, RunData.OfFile(Path.Combine(folder, "data.csv")), cancellation);
        var data = read.Value ?? throw new BenchmarkException(read.Failure!.Detail);
        using var process = Process.GetCurrentProcess();
        string checkpoints = Path.Combine(folder, "checkpoint");
        var progress = new Progress(TextWriter.Null, TimeProvider.System);
        var problem = new Problem(spec, data.Labels.ClassNames, data.Training.Classes);
        var work = new Work(problem, threads, 1, Checkpoints.Open(checkpoints, Guid.NewGuid().ToString("N"), () => progress.Elapsed), progress, TimeProvider.System, cancellation) { Deadline = 1e9 };
        (TimeSpan cpu, long began) = (process.TotalProcessorTime, Stopwatch.GetTimestamp());
        var fitted = (await TreesCandidate.FitAsync(data, new Resampling(data), spec.MaxCategories, work)).Value!;
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        process.Refresh();
        double spent = (process.TotalProcessorTime - cpu).TotalSeconds;
        var test = Answers.From(problem, fitted.Model.Score(data.Test), 1, data.Test).Measure(0.5);
        output.WriteLine(JsonSerializer.Serialize(new { seconds, cpu = spent, peak = process.PeakWorkingSet64, auc = test.RocAuc, rounds = fitted.Settings["rounds"] }));
    }
}
