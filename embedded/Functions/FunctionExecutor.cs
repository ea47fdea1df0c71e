using System.Collections.Frozen;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace Tidemark.Embedded;

/// <summary>Sends values to the outputs of a function.</summary>
internal delegate Task OutputSink(
    FunctionEntry function, IReadOnlyList<OutputValue> outputs, IReadOnlyDictionary<string, object?> bindingData, CancellationToken cancellation);

/// <summary>Runs functions: middleware, binding, call, HTTP response, outputs. A failure of the function is a value, never thrown.</summary>
internal sealed class FunctionExecutor
{
    private readonly FrozenDictionary<FunctionEntry, FunctionInvoker> invokers;
    private readonly FunctionExecutionDelegate pipeline;
    private readonly InvocationLimits limits;
    private readonly OutputSink outputs;
    private readonly InvocationLog log;

    public FunctionExecutor(
        FunctionCatalog catalog, FunctionPipeline pipeline, ConverterSet converters, InvocationLimits limits, InvocationLog log, IServiceProvider services)
    {
        IFunctionActivator? activator = services.GetService<IFunctionActivator>();
        invokers = catalog.Functions.ToFrozenDictionary(f => f, f => new FunctionInvoker(f, converters, activator));
        this.pipeline = pipeline.Build();
        this.limits = limits;
        outputs = services.GetService<OutputSink>() ?? NoOutputs;
        this.log = log;
    }

    public FunctionInvoker InvokerOf(FunctionEntry function) => invokers[function];

    /// <summary>Runs <paramref name="function"/> once, in a scope of its own, and writes its outputs.</summary>
    /// <param name="function">A function of the catalog, of any trigger but HTTP.</param>
    /// <param name="input">What the trigger delivers.</param>
    /// <param name="cancellation">Fires when the host must stop.</param>
    public async Task<InvocationOutcome> InvokeAsync(FunctionEntry function, TriggerInput input, CancellationToken cancellation)
    {
        await using var invocation = new Invocation(invokers[function], input, limits, cancellation);
        return await RunAsync(invocation);
    }

    /// <summary>Runs <paramref name="function"/> like <see cref="InvokeAsync(FunctionEntry, TriggerInput, CancellationToken)"/>, for what it returns.</summary>
    public async Task<(InvocationOutcome Outcome, object? Result)> InvokeForResultAsync(FunctionEntry function, TriggerInput input, CancellationToken cancellation)
    {
        await using var invocation = new Invocation(invokers[function], input, limits, cancellation);
        return (await RunAsync(invocation), invocation.Result);
    }

    /// <summary>Prepares a call of an orchestrator, which may never come back from an await; the caller ends it.</summary>
    public Invocation Begin(FunctionEntry function, TriggerInput input) => new(invokers[function], input, limits, default);

    /// <summary>Middleware and function, and nothing else: an orchestrator is called once for every episode.</summary>
    public async Task<object?> CallAsync(Invocation invocation)
    {
        await pipeline(invocation);
        return invocation.Result;
    }

    /// <summary>Runs an HTTP function and writes its response; its scope is the request's scope too.</summary>
    /// <remarks>
    /// A failure before the response began is answered with 500 (or the status of a bad request) and an empty body; afterwards the
    /// connection is cut.
    /// </remarks>
    public async Task InvokeAsync(FunctionInvoker invoker, HttpContext http)
    {
        var invocation = new Invocation(invoker, null, limits, default) { HttpContext = http };
        IServiceProvidersFeature? outer = http.Features.Get<IServiceProvidersFeature>();
        http.Features.Set<IServiceProvidersFeature>(invocation);
        InvocationOutcome outcome = await RunAsync(invocation);
        if (!outcome.Succeeded)
            HttpResultWriter.Fail(http, outcome.Error!);
        http.Features.Set(outer);
        await invocation.DisposeAsync();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<InvocationOutcome> RunAsync(Invocation invocation)
    {
        using Activity? activity = InvocationActivity.Start(invocation);
        using IDisposable? scope = log.Begin(invocation);
        try
        {
            await pipeline(invocation);
            if (invocation.HttpContext is not null)
                await HttpResultWriter.WriteAsync(invocation, log);
            if (invocation.Invoker.Function.Outputs.Count > 0)
                await WriteOutputsAsync(invocation);
            log.Succeeded(invocation);
            return InvocationOutcome.Success;
        }
        catch (Exception error)
        {
            InvocationActivity.Fail(activity, error);
            log.Failed(invocation, error);
            return InvocationOutcome.Failure(error);
        }
    }

    private static Task NoOutputs(
        FunctionEntry function, IReadOnlyList<OutputValue> outputs, IReadOnlyDictionary<string, object?> bindingData, CancellationToken cancellation) =>
        throw new NotSupportedException($"Nothing sends the outputs of function '{function.Name}'.");

    private Task WriteOutputsAsync(Invocation invocation)
    {
        IReadOnlyList<FunctionOutput> all = invocation.Invoker.Function.Outputs;
        var values = new List<OutputValue>(all.Count);
        for (int i = 0; i < all.Count; i++)
        {
            object? value = all[i].Property is null ? invocation.Result : invocation.OutputValues?[i];
            if (value is not null)
                values.Add(new OutputValue(all[i], value));
        }
        return values.Count == 0
            ? Task.CompletedTask
            : outputs(invocation.Invoker.Function, values, invocation.BindingContext.BindingData, invocation.CancellationToken);
    }
}
