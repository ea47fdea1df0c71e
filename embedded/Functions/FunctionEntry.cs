using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Tidemark.Embedded;

/// <summary>One function of the app, found at start and never changed.</summary>
internal sealed class FunctionEntry
{
    public required MethodInfo Method { get; init; }

    public required FunctionDefinition Definition { get; init; }

    /// <summary>What starts it, such as <see cref="QueueTriggerAttribute"/>.</summary>
    public required TriggerBindingAttribute Trigger { get; init; }

    public required ParameterInfo TriggerParameter { get; init; }

    /// <summary>Where what it returns is sent; empty where nothing is.</summary>
    public required IReadOnlyList<FunctionOutput> Outputs { get; init; }

    /// <summary>Only ever set on timer functions.</summary>
    public RetryAttribute? Retry { get; init; }

    public string Name => Definition.Name;
}

/// <summary>One output binding: <c>$return</c> of the method, or a property of the returned class.</summary>
internal sealed record FunctionOutput(string Name, OutputBindingAttribute Binding, PropertyInfo? Property);

/// <summary>A value to send to <paramref name="Output"/>, never null.</summary>
internal sealed record OutputValue(FunctionOutput Output, object Value);
