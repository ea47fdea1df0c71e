namespace Tidemark.Tests.Faults;

/// <summary>A share of calls that fail, drawn from a seed: half of the faults are refusals (500, 503, 429), half are broken connections.</summary>
internal static class StorageWeather
{
    private static readonly StorageFate[] Faults =
        [StorageFate.InternalError, StorageFate.Busy, StorageFate.Throttled, StorageFate.AnswerLost, StorageFate.AnswerLost, StorageFate.NotReached];

    /// <param name="share">Of the calls, 0 to 1.</param>
    public static Func<StorageCall, StorageFate> Of(int seed, double share)
    {
        var random = new Random(seed);
        return _ =>
        {
            lock (random) return random.NextDouble() < share ? Faults[random.Next(Faults.Length)] : StorageFate.Served;
        };
    }
}
