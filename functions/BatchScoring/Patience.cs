using Tidemark.Platform.Storage;

namespace Tidemark.BatchScoring;

/// <summary>
/// Does the work of a message again while storage falters, before the message itself is given back: a queue gives up after five tries, and a
/// storage that answers every third request with 503 shall not make it do so. Everything done here may be repeated.
/// </summary>
internal static class Patience
{
    private const int Tries = 6;

    public static async Task RunAsync(Func<Task> work, TimeProvider time, CancellationToken cancellation)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                await work();
                return;
            }
            catch (Exception e) when (attempt < Tries && IsFaltering(e) && !cancellation.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100 << attempt), time, cancellation);
            }
        }
    }

    /// <summary>Storage is not there right now, or what it was sending broke off.</summary>
    public static bool IsFaltering(Exception exception) => StorageOutage.Is(exception) || exception is IOException or TimeoutException;
}
