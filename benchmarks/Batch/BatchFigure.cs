using System.Diagnostics;
using System.Text.Json;

namespace Tidemark.Benchmarks.Batch;

/// <summary>What one peer did with the file.</summary>
/// <param name="Rows">Rows scored.</param>
/// <param name="Sum">Of the probabilities of class 1, so that peers can be held to one another.</param>
/// <param name="Seconds">Wall time from opening the file to the last byte of the result.</param>
/// <param name="Cpu">Seconds of user and system time of all threads.</param>
/// <param name="Peak">Most bytes of memory resident.</param>
/// <param name="StorageCpu">The same of the storage emulator; 0 where there is none.</param>
/// <param name="Transactions">Requests that storage answered.</param>
/// <param name="Shards">Seconds that the suite's workers took for each shard.</param>
internal sealed record BatchFigure(long Rows, double Sum, double Seconds, double Cpu, long Peak, double StorageCpu = 0, long Transactions = 0, double[]? Shards = null)
{
    /// <summary>Seconds of <see cref="Seconds"/> that the suite's message waited in its queue, whose listener looks every two seconds at least.</summary>
    public double Waited { get; init; }

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static BatchFigure Parse(string line) => JsonSerializer.Deserialize<BatchFigure>(line, Json)!;

    public override string ToString() => JsonSerializer.Serialize(this, Json);

    /// <summary>Measures work of this process.</summary>
    public static BatchFigure Measure(Func<(long Rows, double Sum)> work)
    {
        using var self = Process.GetCurrentProcess();
        TimeSpan before = self.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        (long rows, double sum) = work();
        double seconds = watch.Elapsed.TotalSeconds;
        self.Refresh();
        return new(rows, sum, seconds, (self.TotalProcessorTime - before).TotalSeconds, self.PeakWorkingSet64);
    }
}
