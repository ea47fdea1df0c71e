using Microsoft.Extensions.Logging;

namespace Tidemark.Embedded;

/// <summary>
/// Work in the background with two ways to end: the first token asks it to take nothing new and to finish what runs,
/// the second one, fired at the drain deadline, to cancel what runs.
/// </summary>
internal sealed partial class BackgroundLoop(string name, Func<CancellationToken, CancellationToken, Task> body, TimeProvider clock, ILogger logger)
    : IAsyncDisposable
{
    /// <summary>Time that cancelled work gets to end after the drain deadline before the host leaves it behind.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource stopping = new();
    private readonly CancellationTokenSource abort = new();
    private Task running = Task.CompletedTask;
    private bool disposed;

    public void Start() => running = Task.Run(RunAsync);

    public async Task StopAsync(CancellationToken drainDeadline)
    {
        await stopping.CancelAsync();
        await running.WaitAsync(drainDeadline).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (running.IsCompleted) return;

        LogCancelling(name);
        await abort.CancelAsync();
        await running.WaitAsync(Grace, clock, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!running.IsCompleted) LogLeft(name, Grace);
    }

    public async ValueTask DisposeAsync()
    {
        if (disposed) return;
        disposed = true;
        await StopAsync(new CancellationToken(canceled: true));
        if (!running.IsCompleted) return;
        stopping.Dispose();
        abort.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await body(stopping.Token, abort.Token);
        }
        catch (Exception e)
        {
            LogBroken(name, e);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "'{Name}' still runs at the drain deadline; its cancellation token fires now.")]
    private partial void LogCancelling(string name);

    [LoggerMessage(2, LogLevel.Warning, "'{Name}' ignored its cancellation token for {Grace}; the host stops without it.")]
    private partial void LogLeft(string name, TimeSpan grace);

    [LoggerMessage(3, LogLevel.Critical, "The listener of '{Name}' ended by a defect; it gets no more events until the host restarts.")]
    private partial void LogBroken(string name, Exception exception);
}
