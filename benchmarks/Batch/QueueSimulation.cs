namespace Tidemark.Benchmarks.Batch;

/// <summary>How long workers on cores of their own take for shards that were measured: each takes the next message when it is free.</summary>
internal static class QueueSimulation
{
    /// <value>Seconds from asking for a message to having it. 20 ms, as storage queues take.</value>
    private const double Receive = 0.02;

    /// <param name="shards">Seconds of work, in the order of the queue.</param>
    public static double Seconds(IReadOnlyList<double> shards, int workers)
    {
        var free = new PriorityQueue<int, double>(Enumerable.Range(0, workers).Select(worker => (worker, 0.0)));
        double end = 0;
        foreach (double seconds in shards)
        {
            free.TryDequeue(out int worker, out double at);
            free.Enqueue(worker, at + Receive + seconds);
            end = Math.Max(end, at + Receive + seconds);
        }
        return end;
    }
}
