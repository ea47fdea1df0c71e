using Azure;
using Microsoft.Extensions.Logging;

namespace Tidemark.Embedded;

/// <summary>Says once that something can't be reached and once that it can again, however often it is tried in between.</summary>
internal sealed partial class Outage(string what, ILogger logger)
{
    private int down;

    public void Began(Exception cause)
    {
        if (Interlocked.Exchange(ref down, 1) == 0) LogDown(what, Reason(cause));
    }

    public void Ended()
    {
        if (Volatile.Read(ref down) == 1 && Interlocked.Exchange(ref down, 0) == 1) LogUp(what);
    }

    /// <summary>The first line of the innermost cause: retrying clients wrap the same one several times.</summary>
    private static string Reason(Exception cause)
    {
        while ((cause as AggregateException)?.InnerExceptions[0] is { } inner) cause = inner;
        string reason = cause is RequestFailedException { ErrorCode: { Length: > 0 } code, Status: var status } ? $"{status} {code}" : cause.Message;
        return reason.Split('\n', 2)[0].TrimEnd();
    }

    [LoggerMessage(11, LogLevel.Warning, "{What} can't be reached: {Reason}. It is tried on and on; the next line about it says when it is back.")]
    private partial void LogDown(string what, string reason);

    [LoggerMessage(12, LogLevel.Information, "{What} can be reached again.")]
    private partial void LogUp(string what);
}
