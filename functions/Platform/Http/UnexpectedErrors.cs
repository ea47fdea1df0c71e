using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;

namespace Tidemark.Platform.Http;

/// <summary>
/// Turns what no function expected into an answer without a stack trace: 503 with Retry-After when storage is down, 413 or 400 when the body
/// can't be read, else 500. Functions of other triggers keep their exceptions, so that their message is tried again.
/// </summary>
internal sealed partial class UnexpectedErrors(ILogger<UnexpectedErrors> logger) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception e) when (context.GetHttpContext() is { Response.HasStarted: false } http && !http.RequestAborted.IsCancellationRequested)
        {
            Failure? expected = Expected(Unwrap(e));
            if (expected is null)
            {
                LogBug(e, context.FunctionDefinition.Name);
                await Problem.UnexpectedAsync(http);
                return;
            }

            LogRefused(context.FunctionDefinition.Name, expected.Title, Unwrap(e).Message);
            await new Problem(expected).ExecuteAsync(http);
        }
    }

    private static Failure? Expected(Exception exception) => exception switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => new Failure(FailureKind.TooLarge, "Body too large", "The request body is larger than this service takes. Send less at once."),
        BadHttpRequestException bad => new Failure(FailureKind.Malformed, "Unreadable request", bad.Message),
        _ when StorageOutage.Is(exception) => StorageOutage.Failure,
        _ => null,
    };

    private static Exception Unwrap(Exception exception) =>
        exception is AggregateException { InnerExceptions: [var only] } ? Unwrap(only) : exception;

    [LoggerMessage(Level = LogLevel.Error, Message = "Function {Function} failed unexpectedly.")]
    private partial void LogBug(Exception exception, string function);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Function {Function} could not answer: {Title} ({Reason})")]
    private partial void LogRefused(string function, string title, string reason);
}
