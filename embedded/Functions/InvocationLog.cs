using Microsoft.Extensions.Logging;

namespace Tidemark.Embedded;

/// <summary>What the host says about invocations: HTTP ones at Debug, since each request has one, others at Information.</summary>
internal sealed partial class InvocationLog(ILoggerFactory loggers)
{
    private readonly ILogger results = loggers.CreateLogger("Host.Results");
    private readonly ILogger application = loggers.CreateLogger("Microsoft.Azure.Functions.Worker.FunctionsApplication");

    /// <summary>Logs the start, and opens a scope with the function's name and the invocation's identifier; null where nobody reads it.</summary>
    public IDisposable? Begin(Invocation invocation)
    {
        LogLevel level = Level(invocation);
        if (!results.IsEnabled(level))
            return null;
        Executing(results, level, invocation.FunctionDefinition.Name, invocation.InvocationId);
        return results.BeginScope(new KeyValuePair<string, object>[]
        {
            new("AzureFunctions_FunctionName", invocation.FunctionDefinition.Name),
            new("AzureFunctions_InvocationId", invocation.InvocationId),
        });
    }

    public void Succeeded(Invocation invocation)
    {
        LogLevel level = Level(invocation);
        if (results.IsEnabled(level))
            Executed(results, level, invocation.FunctionDefinition.Name, invocation.InvocationId);
    }

    public void Failed(Invocation invocation, Exception error)
    {
        if (error is OperationCanceledException && invocation.HttpContext?.RequestAborted.IsCancellationRequested == true)
            Abandoned(application, invocation.FunctionDefinition.Name, invocation.InvocationId);
        else if (invocation.TimedOut)
            TimedOut(application, error, invocation.FunctionDefinition.Name, invocation.InvocationId);
        else
            Threw(application, error, invocation.FunctionDefinition.Name, invocation.InvocationId);
    }

    /// <summary>An HTTP function returned something that is no response: the caller got 200 with no body.</summary>
    public void NoResponse(Invocation invocation, object value) => NotAResponse(application, invocation.FunctionDefinition.Name, value.GetType());

    private static LogLevel Level(Invocation invocation) => invocation.HttpContext is null ? LogLevel.Information : LogLevel.Debug;

    [LoggerMessage(EventId = 1, Message = "Executing 'Functions.{Function}' (Id={InvocationId})")]
    private static partial void Executing(ILogger logger, LogLevel level, string function, string invocationId);

    [LoggerMessage(EventId = 2, Message = "Executed 'Functions.{Function}' (Succeeded, Id={InvocationId})")]
    private static partial void Executed(ILogger logger, LogLevel level, string function, string invocationId);

    [LoggerMessage(EventId = 3, Level = LogLevel.Error, Message = "Function '{Function}', Invocation id '{InvocationId}': An exception was thrown by the invocation.")]
    private static partial void Threw(ILogger logger, Exception error, string function, string invocationId);

    [LoggerMessage(EventId = 6, Level = LogLevel.Error,
        Message = "Function '{Function}', Invocation id '{InvocationId}': exceeded the functionTimeout of host.json and was cancelled.")]
    private static partial void TimedOut(ILogger logger, Exception error, string function, string invocationId);

    [LoggerMessage(EventId = 5, Level = LogLevel.Debug, Message = "Function '{Function}', Invocation id '{InvocationId}': the caller went away.")]
    private static partial void Abandoned(ILogger logger, string function, string invocationId);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning,
        Message = "Function '{Function}' returned a {Type}, which is no HTTP response: the caller got an empty one. Return IActionResult, IResult or HttpResponseData.")]
    private static partial void NotAResponse(ILogger logger, string function, Type type);
}
