using Microsoft.Extensions.Logging;

namespace Tidemark.Retraining.Compute.External;

/// <summary>
/// Tells a retraining that its run has ended. The result is stored already; whether its retraining hears of it now or sees it at the next poll is no matter
/// of the cluster, so nothing fails here, though the durable extension throws where nobody waits any more.
/// </summary>
public sealed partial class RunEnds(ILogger<RunEnds> logger)
{
    public async Task TellAsync(ExternalState ended, Func<ExternalState, Task> tell)
    {
        try
        {
            await tell(ended);
        }
        catch (Exception e)
        {
            LogUntold(e, ended.Run, ended.State);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Training run {Run} is {State}; its retraining was not told, and sees it at its next look if it still waits")]
    private partial void LogUntold(Exception e, string run, RunState state);
}
