using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Tidemark.Drift.Checks;
using Tidemark.Drift.Profiles;
using Tidemark.Drift.Verdicts;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Platform.Tabular.Readers;
using Tidemark.Registry;

namespace Tidemark.Benchmarks.DriftLog;

/// <summary>What the hourly check costs: the pass over the log against only unpacking and parsing it, the verdict from stored profiles, memory.</summary>
internal static class DriftLogBenchmark
{
    private const int LogColumnCount = 30;
    private const int FeatureCount = 100;
    private const int Batch = 1024;

    private static readonly DateTimeOffset Hour = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    public static async Task<int> RunAsync(int rows, int memoryRows, int rounds, TextWriter output, CancellationToken cancellation)
    {
        byte[] log = Log(rows);
        List<double> parse = [], profile = [], check = [];
        var (reference, current) = (Stored(Features(20_000, seed: 1)), Stored(Features(20_000, seed: 2)));
        for (int round = -1; round < rounds; round++)
        {
            double parsed = await SecondsAsync(() => PassAsync(log, observe: false, cancellation)), profiled = await SecondsAsync(() => PassAsync(log, observe: true, cancellation));
            double checkedIn = await SecondsAsync(() => Task.FromResult(Check(reference, current).Columns().Count()));
            if (round < 0) continue; // the compiler's
            parse.Add(parsed);
            profile.Add(profiled);
            check.Add(checkedIn);
        }

        double ratio = Median([.. parse.Zip(profile, (a, b) => a / b)]);
        await output.WriteLineAsync(Line($"log of {rows:N0} rows, {LogColumnCount} columns, {log.Length / 1e6:0.0} MB packed; medians of {rounds} rounds"));
        await output.WriteLineAsync(Line($"unpack and parse {Median(parse):0.000} s; with profile {Median(profile):0.000} s: {ratio:0.00} of the speed of parsing ({rows / Median(profile) / 1000:0} thousand rows/s)"));
        await output.WriteLineAsync(Line($"check of {FeatureCount} features from stored profiles ({(reference.Length + current.Length) / 1e6:0.0} MB of JSON): {Median(check) * 1000:0.0} ms"));
        if (memoryRows > 0) await output.WriteLineAsync(Memory(memoryRows));
        return 0;
    }

    /// <summary>Reads the log as the check does, and profiles it or not.</summary>
    private static async Task<long> PassAsync(byte[] log, bool observe, CancellationToken cancellation)
    {
        using var reader = (await JsonLinesReader.OpenAsync(new MemoryStream(log), JsonLinesOptions.Default, cancellation)).Value!;
        var (columns, inputs, outputs) = (new LogColumns(), new Profile(), new Profile());
        while ((await reader.ReadAsync(cancellation)).Value)
        {
            if (!observe) continue;
            columns.Split(reader.Batch);
            inputs.Observe(columns.Inputs);
            outputs.Observe(columns.Outputs);
        }

        return reader.Rows;
    }

    private static VersionCheck Check(byte[] reference, byte[] current)
    {
        var version = VersionReference.Parse("bench", "1").Value;
        return VersionChecker.Compare(version, Hour, Read(current), new(Read(reference), Note: null), DriftPolicy.Default, before: null);
    }

    private static string Memory(int rows)
    {
        var random = new Random(3);
        var columns = Enumerable.Range(0, FeatureCount).Select(i => new RealColumn($"x{i}")).ToArray();
        foreach (var column in columns)
        {
            for (int row = 0; row < Batch; row++) column.Append(random.NextDouble());
        }

        var table = new Table(columns);
        var profile = new Profile();
        long start = Stopwatch.GetTimestamp(), before = Process.GetCurrentProcess().WorkingSet64;
        for (int done = 0; done < rows; done += Batch)
        {
            // Other values each time, without the cost of drawing them all anew.
            double shift = done * 1e-9;
            foreach (var column in columns) System.Numerics.Tensors.TensorPrimitives.Add(column.Values, shift, column.Values);
            profile.Observe(table.Filled(Batch));
        }

        using var process = Process.GetCurrentProcess();
        process.Refresh();
        return Line($"{FeatureCount} features x {rows:N0} rows in one profile: {Stopwatch.GetElapsedTime(start).TotalSeconds:0} s, working set {process.WorkingSet64 / 1e6:0} MB (peak {process.PeakWorkingSet64 / 1e6:0} MB), {(process.WorkingSet64 - before) / 1e6:0} MB more than before");
    }

    private static byte[] Log(int rows)
    {
        var random = new Random(7);
        Column[] inputs = [.. Enumerable.Range(0, LogColumnCount).Select(i => i % 5 == 4 ? (Column)new TextColumn($"c{i}") : new RealColumn($"x{i}"))];
        for (int row = 0; row < rows; row++)
        {
            foreach (var column in inputs)
            {
                if (column is TextColumn text) text.Append($"value {random.Next(40)}");
                else ((RealColumn)column).Append((float)random.NextDouble() * 100);
            }
        }

        var score = new RealColumn("score");
        for (int row = 0; row < rows; row++) score.Append((float)random.NextDouble());
        Table input = new Table(inputs).Filled(rows), answers = new Table([score]).Filled(rows);
        using var file = new LogFile("1", LogNames.FromHttp, LogPolicy.Default);
        var job = PredictionId.OfJob("bench", Hour);
        for (int row = 0; row < rows; row++) file.Add(new LogEntry(job.OfRow(row), Hour, 1.25), input, answers, row);
        return file.Finish().ToArray();
    }

    private static Profile Features(int rows, int seed)
    {
        var random = new Random(seed);
        var profile = new Profile();
        RealColumn[] columns = [.. Enumerable.Range(0, FeatureCount).Select(i => new RealColumn($"x{i}"))];
        foreach (var column in columns)
        {
            for (int row = 0; row < rows; row++) column.Append(random.NextDouble() * random.NextDouble());
        }

        profile.Observe(new Table(columns).Filled(rows));
        return profile;
    }

    private static byte[] Stored(Profile inputs) => JsonSerializer.SerializeToUtf8Bytes(
        StoredDocument.Of(new ProfileDocument { Model = "bench", Version = "1", Source = "log", From = Hour, To = Hour.AddHours(1), Inputs = inputs, Outputs = new Profile() }),
        ProfileJson.Default.StoredDocument);

    private static ProfileDocument Read(byte[] stored) => JsonSerializer.Deserialize(stored, ProfileJson.Default.StoredDocument)!.ToDocument();

    private static async Task<double> SecondsAsync<T>(Func<Task<T>> work)
    {
        using var process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        await work();
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalSeconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
