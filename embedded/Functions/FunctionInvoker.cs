using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Tidemark.Embedded;

/// <summary>Everything about calling one function that is worked out once, at start: no reflection is left for the call.</summary>
internal sealed class FunctionInvoker
{
    private readonly Func<Invocation, object?>? create;
    private readonly FunctionCall call;
    private readonly IReadOnlyList<ParameterBinder> converted;
    private readonly ReturnedClass? returned;
    private readonly ConverterSet converters;

    public FunctionInvoker(FunctionEntry function, ConverterSet converters, IFunctionActivator? activator)
    {
        Function = function;
        this.converters = converters;
        TriggerType = NamedBinding.TypeOf(function.Trigger);
        create = function.Method.IsStatic ? null : InstanceFactory(function.Method.ReflectedType!, activator);
        (call, converted) = FunctionCallCompiler.Compile(function, converters);
        returned = ReturnedClass.Of(function.Method);
    }

    public FunctionEntry Function { get; }

    /// <summary>Such as "httpTrigger".</summary>
    public string TriggerType { get; }

    /// <summary>Whether the function returns a class with a property that is the HTTP response.</summary>
    public bool HasHttpResult => returned?.HttpResult is not null;

    public string? HttpResultName => returned?.HttpResult?.Name;

    /// <summary>Whether the returned object is taken apart into outputs, rather than being the output.</summary>
    public bool ReturnsClassOfOutputs => returned is not null;

    /// <summary>Binds the parameters and calls the function; the results are left in <paramref name="invocation"/>.</summary>
    public Task ExecuteAsync(Invocation invocation)
    {
        object? instance = create?.Invoke(invocation);
        if (converted.Count > 0)
            return ConvertAndCallAsync(invocation, instance);
        ValueTask<object?> result = call(instance, invocation, []);
        if (!result.IsCompletedSuccessfully)
            return AcceptAsync(invocation, result);
        Accept(invocation, result.Result);
        return Task.CompletedTask;
    }

    /// <summary>The value of one parameter, for middleware that asks before the function runs.</summary>
    public async ValueTask<object?> BindAsync(Invocation invocation, string parameter)
    {
        ParameterInfo target = Function.Method.GetParameters().Single(p => p.Name == parameter);
        (object? value, string? error) = await new ParameterBinder(target, converters).BindAsync(invocation);
        return error is null ? value : throw ConversionFailed([error]);
    }

    private static Func<Invocation, object?> InstanceFactory(Type type, IFunctionActivator? activator)
    {
        if (activator is not null)
            return invocation => activator.CreateInstance(type, invocation);
        if (type.GetConstructors() is [{ } only] && only.GetParameters().Length == 0)
            return FunctionCallCompiler.CompileNew(only);
        ObjectFactory factory = ActivatorUtilities.CreateFactory(type, []);
        return invocation => factory(invocation.InstanceServices, null);
    }

    private async Task ConvertAndCallAsync(Invocation invocation, object? instance)
    {
        object?[] values = new object?[converted.Count];
        List<string>? errors = null;
        for (int i = 0; i < values.Length; i++)
        {
            (values[i], string? error) = await converted[i].BindAsync(invocation);
            if (error is not null)
                (errors ??= []).Add(error);
        }

        if (errors is not null)
            throw ConversionFailed(errors);
        Accept(invocation, await call(instance, invocation, values));
    }

    private async Task AcceptAsync(Invocation invocation, ValueTask<object?> result) => Accept(invocation, await result);

    private void Accept(Invocation invocation, object? result)
    {
        if (returned is null || result is null)
        {
            invocation.Result = result;
            return;
        }
        invocation.OutputValues = returned.Values(result, Function.Outputs);
        invocation.HttpResult = returned.HttpResult?.Get(result);
    }

    private FunctionInputConverterException ConversionFailed(List<string> errors) =>
        new($"Error converting {errors.Count} input parameters for Function '{Function.Name}': {string.Join(Environment.NewLine, errors)}");
}
