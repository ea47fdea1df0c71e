using System.Diagnostics;
using System.Text.Json.Nodes;
using Tidemark.Platform.Tabular.Readers;
using Tidemark.Validation.Suites;

namespace Tidemark.Benchmarks.Validate;

/// <summary>Our side: reads the file once, with the suite (<c>suite</c>) or without (<c>parse</c>); writes what it saw as one line of JSON.</summary>
internal static class StreamingCheck
{
    /// <summary>Bytes that are read again and again first without measuring, so that the compiler has done its work as in a service that runs.</summary>
    private const int Warming = 24 << 20;

    private static readonly TimeSpan WarmingTime = TimeSpan.FromSeconds(4);

    public static async Task<int> RunAsync(string what, string data, string suiteFile, TextWriter output, CancellationToken cancellation)
    {
        ExpectationSuite? suite = what == "suite" ? SuiteJson.Parse(await File.ReadAllBytesAsync(suiteFile, cancellation)).Value : null;
        await using (FileStream beginning = Open(data))
        {
            byte[] bytes = new byte[Math.Min(Warming, beginning.Length)];
            await beginning.ReadExactlyAsync(bytes, cancellation);
            var warming = Stopwatch.StartNew();
            while (warming.Elapsed < WarmingTime)
                await PassAsync(new MemoryStream(bytes), suite, cancellation);
        }
        using var self = Process.GetCurrentProcess();
        TimeSpan before = self.TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        (long rows, ValidationResult? result) = await PassAsync(Open(data), suite, cancellation);
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
        output.WriteLine(new JsonObject { ["rows"] = rows, ["seconds"] = seconds, ["cpu"] = cpu, ["peak"] = self.PeakWorkingSet64, ["verdicts"] = verdicts }.ToJsonString());
        return 0;
    }

    private static FileStream Open(string data) => new(data, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);

    private static async Task<(long Rows, ValidationResult? Result)> PassAsync(Stream data, ExpectationSuite? suite, CancellationToken cancellation)
    {
        SuiteRun? run = suite is null ? null : new SuiteRun(suite);
        using CsvReader reader = (await CsvReader.OpenAsync(data, CsvOptions.Default, cancellation)).Value!;
        while (await reader.ReadAsync(cancellation) is { Ok: true, Value: true })
            run?.Observe(reader.Batch);
        return (reader.Rows, run?.Conclude());
    }
}
