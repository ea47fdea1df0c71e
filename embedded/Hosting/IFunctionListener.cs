namespace Tidemark.Embedded;

/// <summary>Watches for the events of one function (or of the blob watcher) and has it invoked.</summary>
internal interface IFunctionListener : IAsyncDisposable
{
    Task StartAsync(CancellationToken cancellation);

    /// <summary>Takes no new event and waits for running invocations until <paramref name="drainDeadline"/> fires.</summary>
    Task StopAsync(CancellationToken drainDeadline);
}
