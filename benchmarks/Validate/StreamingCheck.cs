using System.Diagnostics;
using System.Text.Json.Nodes;
using Tidemark.Platform.Tabular.Readers;
using Tidemark.Validation.Suites;

namespace Tidemark.Benchmarks.Validate;

/// <summary>Our side: reads the file once, with the suite (<c>suite</c>), with its rules of single rows as batch workers hold rows to
/// them (<c>gate</c>) or without (<c>parse</c>); writes what it saw as one line of JSON.</summary>
internal static class StreamingCheck
{
    /// <summary>Bytes that are read again and again first without measuring, so that the compiler has done its work as in a service that runs.</summary>
    private const int Warming = 24 << 20;

    private static readonly TimeSpan WarmingTime = TimeSpan.FromSeconds(4);

    public static async Task<int> RunAsync(string what, string data, string suiteFile, TextWriter output, CancellationToken cancellation)
    {
        ExpectationSuite suite = SuiteJson.Parse(await File.ReadAllBytesAsync(suiteFile, cancellation)).Value!;
        await using (FileStream beginning = Open(data))
        {
            byte[] bytes = new byte[Math.Min(Warming, beginning.Length)];
            await beginning.ReadExactlyAsync(bytes, cancellation);
            var warming = Stopwatch.StartNew();
            while (warming.Elapsed < WarmingTime)
                await PassAsync(what, new MemoryStream(bytes), suite, cancellation);
        }
        using var self = Process.GetCurrentProcess();
        TimeSpan before = self.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        (long rows, long refused, ValidationResult? result) = await PassAsync(what, Open(data), suite, cancellation);
        double seconds = watch.Elapsed.TotalSeconds;
        self.Refresh();
        double cpu = (self.TotalProcessorTime - before).TotalSeconds;
        var verdicts = new JsonArray([.. (result?.Results ?? []).Select(r => (JsonNode)new JsonObject
        {
            ["type"] = r.Expectation.Type,
            ["column"] = r.Expectation.Column,
            ["success"] = r.Success,
            ["unexpected"] = r.Result["unexpected_count"]?.DeepClone(),
        })]);
        output.WriteLine(new JsonObject { ["rows"] = rows, ["refused"] = refused, ["seconds"] = seconds, ["cpu"] = cpu, ["peak"] = self.PeakWorkingSet64, ["verdicts"] = verdicts }.ToJsonString());
        return 0;
    }

    private static FileStream Open(string data) => new(data, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);

    private static async Task<(long Rows, long Refused, ValidationResult? Result)> PassAsync(string what, Stream data, ExpectationSuite suite, CancellationToken cancellation)
    {
        using CsvReader reader = (await CsvReader.OpenAsync(data, CsvOptions.Default, cancellation)).Value!;
        SuiteRun? run = what == "suite" ? new SuiteRun(suite) : null;
        var gate = new SuiteGate(suite);
        long refused = 0;
        if (run is not null)
            await reader.EachAsync(run.Observe, cancellation);
        while (await reader.ReadAsync(cancellation) is { Ok: true, Value: true })
        {
            if (what == "gate" && gate.Judge(reader.Batch) is { Clean: false } report)
                refused += report.Refused().Count;
        }

        return (reader.Rows, refused, run?.Conclude());
    }
}
