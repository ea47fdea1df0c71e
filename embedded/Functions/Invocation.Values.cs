using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace Tidemark.Embedded;

/// <summary>What goes into the function and what comes out.</summary>
internal sealed partial class Invocation
{
    private Dictionary<string, object?>? inputs;
    private object?[]? outputValues;

    /// <summary>What the function returned; null after the values of a multi-output class were taken out of it.</summary>
    public object? Result { get; set; }

    /// <summary>The value of the property with <c>[HttpResult]</c>, or what an HTTP function returned.</summary>
    public object? HttpResult { get; set; }

    /// <summary>Values in the order of the function's outputs; null before the function ran and where there are none.</summary>
    public object?[]? OutputValues
    {
        get => outputValues;
        set => outputValues = value;
    }

    /// <summary>The rest of the pipeline after the app's middleware.</summary>
    public Task ExecuteAsync() => Invoker.ExecuteAsync(this);

    /// <summary>What the trigger delivered under the name of <paramref name="parameter"/>; null where it delivered nothing.</summary>
    public object? Source(ParameterInfo parameter)
    {
        if (parameter == Invoker.Function.TriggerParameter)
            return TriggerValue;
        if (HttpContext is not null)
            return HttpBindingData.Find(HttpContext, parameter.Name!);
        return BindingContext.BindingData.GetValueOrDefault(parameter.Name!);
    }

    public HttpRequest Request(string parameter) => TryGetBound(parameter, out object? bound) ? (HttpRequest)bound! : HttpContext!.Request;

    public HttpRequestData BoundRequestData(string parameter) => TryGetBound(parameter, out object? bound) ? (HttpRequestData)bound! : RequestData!;

    /// <summary>Text of the route or the query.</summary>
    public string? Text(string parameter, string? otherwise) => HttpBindingData.Find(HttpContext!, parameter) ?? otherwise;

    /// <summary>A value that middleware bound before the function, and may have replaced.</summary>
    public bool TryGetBound(string parameter, out object? value)
    {
        value = null;
        return inputs is not null && inputs.TryGetValue(parameter, out value);
    }

    public async ValueTask<InputBindingData<T>> BindInputAsync<T>(BindingMetadata binding)
    {
        inputs ??= [];
        if (!inputs.TryGetValue(binding.Name, out object? value))
            inputs[binding.Name] = value = await Invoker.BindAsync(this, binding.Name);
        if (value is not null and not T)
            throw new InvalidOperationException($"Input '{binding.Name}' of function '{FunctionDefinition.Name}' is a {value.GetType()}, not a {typeof(T)}.");
        return new BoundInput<T>(this, binding);
    }

    public IEnumerable<OutputBindingData<T>> Outputs<T>()
    {
        for (int i = 0; i < (outputValues?.Length ?? 0); i++)
        {
            if (outputValues![i] is T)
                yield return new OutputSlot<T>(this, i);
        }

        if (Invoker.HasHttpResult && HttpResult is T)
            yield return new HttpSlot<T>(this);
    }

    private sealed class BoundInput<T>(Invocation invocation, BindingMetadata binding) : InputBindingData<T>
    {
        public override BindingMetadata BindingMetadata { get; } = binding;

        public override T? Value
        {
            get => (T?)invocation.inputs![BindingMetadata.Name];
            set => invocation.inputs![BindingMetadata.Name] = value;
        }
    }

    private sealed class OutputSlot<T>(Invocation invocation, int index) : OutputBindingData<T>
    {
        public override string Name => invocation.Invoker.Function.Outputs[index].Name;

        public override string BindingType => NamedBinding.TypeOf(invocation.Invoker.Function.Outputs[index].Binding);

        public override T? Value
        {
            get => (T?)invocation.outputValues![index];
            set => invocation.outputValues![index] = value;
        }
    }

    private sealed class HttpSlot<T>(Invocation invocation) : OutputBindingData<T>
    {
        public override string Name => invocation.Invoker.HttpResultName!;

        public override string BindingType => "http";

        public override T? Value
        {
            get => (T?)invocation.HttpResult;
            set => invocation.HttpResult = value;
        }
    }
}

/// <summary>The untyped view of what a function returned.</summary>
internal sealed class ReturnedObject(Invocation invocation) : InvocationResult
{
    public override object? Value
    {
        get => invocation.Result;
        set => invocation.Result = value;
    }
}

internal sealed class Returned<T> : InvocationResult<T>
{
    private readonly Invocation invocation;

    public Returned(Invocation invocation)
    {
        if (invocation.Result is not null and not T)
            throw new InvalidOperationException(
                $"Function '{invocation.FunctionDefinition.Name}' returned a {invocation.Result.GetType()}, not a {typeof(T)}; ask for the result without a type.");
        this.invocation = invocation;
    }

    public override T? Value
    {
        get => (T?)invocation.Result;
        set => invocation.Result = value;
    }
}
