namespace Tidemark.Prediction.Log;

/// <summary>
/// Share of the rows of one model that fits a number of rows a second: that number over the rows of this second or of the one before, whichever were
/// more. Lock-free; somewhat more than the number is let through in the second in which traffic begins.
/// </summary>
internal sealed class SampleBudget
{
    private long second;
    private long seen;
    private long before;

    /// <summary>Counts rows that are asked for now; the share of them to log, at most <paramref name="rate"/>.</summary>
    public double Share(DateTimeOffset now, int rows, double rate, int perSecond)
    {
        long present = now.UtcTicks / TimeSpan.TicksPerSecond, known = Volatile.Read(ref second);
        if (present != known && Interlocked.CompareExchange(ref second, present, known) == known)
        {
            long last = Interlocked.Exchange(ref seen, 0);
            Volatile.Write(ref before, present == known + 1 ? last : 0);
        }

        long asked = Math.Max(Interlocked.Add(ref seen, rows), Volatile.Read(ref before));
        return asked <= perSecond ? rate : Math.Min(rate, (double)perSecond / asked);
    }
}
