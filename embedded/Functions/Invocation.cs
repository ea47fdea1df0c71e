using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Tidemark.Embedded;

/// <summary>
/// The context of one invocation. Whatever a function may never look at (identifier, binding data, items, features,
/// even the service scope) is made on first use, so that a plain HTTP call pays for none of it.
/// </summary>
internal sealed partial class Invocation(FunctionInvoker invoker, TriggerInput? input, InvocationLimits limits, CancellationToken cancellation)
    : FunctionContext, IServiceProvidersFeature, IAsyncDisposable
{
    private AsyncServiceScope? scope;
    private IServiceProvider? services;
    private string? invocationId;
    private IDictionary<object, object>? items;
    private InvocationFeatures? features;
    private BindingDataContext? bindings;
    private TraceContext? trace;
    private InvocationDeadline? deadline;
    private HttpRequestData? requestData;

    public FunctionInvoker Invoker { get; } = invoker;

    /// <summary>Set for HTTP triggers only.</summary>
    public HttpContext? HttpContext { get; init; }

    /// <summary>What the trigger delivered: for HTTP the request itself.</summary>
    public object? TriggerValue => HttpContext is null ? input!.Value : HttpContext.Request;

    public override string InvocationId => invocationId ??= Guid.NewGuid().ToString();

    public override string FunctionId => FunctionDefinition.Id;

    public override FunctionDefinition FunctionDefinition => Invoker.Function.Definition;

    public override BindingContext BindingContext => bindings ??= BindingData();

    public override RetryContext RetryContext => input?.Retry!;

    public override TraceContext TraceContext => trace ??= CallerTrace.Of(HttpContext, input);

    public override IDictionary<object, object> Items
    {
        get => items ??= new Dictionary<object, object>();
        set => items = value;
    }

    public override IInvocationFeatures Features => features ??= new InvocationFeatures();

    /// <summary>One scope per invocation, created when first asked for.</summary>
    public override IServiceProvider InstanceServices
    {
        get
        {
            if (services is null)
            {
                scope = limits.Scopes.CreateAsyncScope();
                services = scope.Value.ServiceProvider;
            }
            return services;
        }
        set => services = value;
    }

    IServiceProvider IServiceProvidersFeature.RequestServices
    {
        get => InstanceServices;
        set => InstanceServices = value;
    }

    public override CancellationToken CancellationToken =>
        (deadline ??= limits.Deadlines.Rent(HttpContext?.RequestAborted ?? cancellation)).Token;

    /// <summary>Whether the function timeout of host.json has passed; known only to functions that asked for the token.</summary>
    public bool TimedOut => deadline?.HasPassed == true;

    /// <summary>The request without ASP.NET Core types; null where another trigger started the function.</summary>
    public HttpRequestData? RequestData => HttpContext is null ? null : requestData ??= new KestrelRequestData(this, HttpContext);

    public static Invocation Of(FunctionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context as Invocation
            ?? throw new ArgumentException($"The context is a {context.GetType()}, which this host did not make.", nameof(context));
    }

    /// <summary>Ends the scope and everything resolved from it.</summary>
    public ValueTask DisposeAsync()
    {
        deadline?.Return();
        return scope?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    private BindingDataContext BindingData() => new(HttpContext is null ? input!.BindingData : HttpBindingData.Read(HttpContext));

    private sealed class BindingDataContext(IReadOnlyDictionary<string, object?> values) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData { get; } = values;
    }
}
