using System.Buffers.Text;
using System.Diagnostics;

namespace Tidemark.Benchmarks.Predict;

/// <summary>What one window of load saw.</summary>
/// <param name="Answered">Requests answered, each with 200 and the right probability.</param>
/// <param name="Elapsed">Length of the window.</param>
/// <param name="Latencies">Of every request, in <see cref="Stopwatch"/> ticks, sorted.</param>
internal sealed record LoadResult(int Answered, TimeSpan Elapsed, long[] Latencies)
{
    public double PerSecond => Answered / Elapsed.TotalSeconds;

    /// <summary>A quantile of the latency in microseconds.</summary>
    public double Microseconds(double quantile) =>
        Stopwatch.GetElapsedTime(0, Latencies[Math.Min((int)(quantile * Latencies.Length), Latencies.Length - 1)]).TotalMicroseconds;
}

/// <summary>A closed loop: as many threads as connections, each with one request under way, for a stretch of time and at least one request.</summary>
internal static class LoadGenerator
{
    private const float Tolerance = 1e-5f;

    public static LoadResult Run(int port, Workload workload, int connections, TimeSpan window)
    {
        var latencies = new List<long>[connections];
        Exception? error = null;
        long start = Stopwatch.GetTimestamp();
        long end = start + (long)(window.TotalSeconds * Stopwatch.Frequency);
        Thread[] threads = [.. Enumerable.Range(0, connections).Select(i => new Thread(() =>
        {
            try
            {
                latencies[i] = Drive(port, workload, first: i * workload.Count / connections, end);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref error, e, null);
            }
        }))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        if (error is not null) throw new BenchmarkException(error.Message);

        TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
        long[] all = [.. latencies.SelectMany(l => l)];
        Array.Sort(all);
        return new LoadResult(all.Length, elapsed, all);
    }

    private static List<long> Drive(int port, Workload workload, int first, long end)
    {
        using var connection = new Connection(port);
        var latencies = new List<long>(1 << 16);
        int row = first;
        long sent, answered = Stopwatch.GetTimestamp();
        do
        {
            sent = answered;
            ReadOnlySpan<byte> body = connection.Exchange(workload.Request(row));
            answered = Stopwatch.GetTimestamp();
            latencies.Add(answered - sent);
            Check(body, workload.Expected(row));
            row = (row + 1) % workload.Count;
        }
        while (answered < end);
        return latencies;
    }

    /// <summary>The answer holds one tensor of two numbers, the second of which is expected.</summary>
    private static void Check(ReadOnlySpan<byte> body, float expected)
    {
        ReadOnlySpan<byte> key = "\"data\":["u8;
        int at = body.IndexOf(key);
        ReadOnlySpan<byte> data = at < 0 ? default : body[(at + key.Length)..];
        if (!Utf8Parser.TryParse(data, out float _, out int first) || data[first] != ',' ||
            !Utf8Parser.TryParse(data[(first + 1)..], out float second, out _) || !(Math.Abs(second - expected) <= Tolerance))
            throw new BenchmarkException($"Expected probability {expected}, got {System.Text.Encoding.UTF8.GetString(body[..Math.Min(body.Length, 300)])}");
    }
}
