using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Tidemark.Embedded;

/// <summary>The W3C trace context that an event came with.</summary>
internal sealed class CallerTrace(string? parent, string? state) : TraceContext
{
    public override string TraceParent { get; } = parent ?? Activity.Current?.Id ?? "";

    public override string TraceState { get; } = state ?? Activity.Current?.TraceStateString ?? "";

    public static CallerTrace Of(HttpContext? http, TriggerInput? input) => http is null
        ? new(input?.TraceParent, input?.TraceState)
        : new(http.Request.Headers.TraceParent, http.Request.Headers.TraceState);
}

/// <summary>Traces invocations; costs nothing while nobody listens.</summary>
internal static class InvocationActivity
{
    public const string SourceName = "Microsoft.Azure.Functions.Worker";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Starts a span for an invocation, under the current one or the caller's; null when nobody listens.</summary>
    public static Activity? Start(Invocation invocation)
    {
        if (!Source.HasListeners())
            return null;
        ActivityContext parent = default;
        if (Activity.Current is null)
            ActivityContext.TryParse(invocation.TraceContext.TraceParent, invocation.TraceContext.TraceState, out parent);
        Activity? activity = Source.StartActivity($"function {invocation.FunctionDefinition.Name}", ActivityKind.Server, parent);
        return activity?
            .SetTag("faas.name", invocation.FunctionDefinition.Name)
            .SetTag("faas.invocation_id", invocation.InvocationId)
            .SetTag("faas.trigger", invocation.Invoker.TriggerType);
    }

    public static void Fail(Activity? activity, Exception error) => activity?.SetStatus(ActivityStatusCode.Error, error.Message).AddException(error);
}
