using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Tidemark.Embedded;

/// <summary>Makes an entry of one method with <c>[Function]</c>.</summary>
internal static class FunctionReader
{
    /// <summary>The entry, or null after saying in <paramref name="problems"/> what is wrong.</summary>
    public static FunctionEntry? Read(MethodInfo method, FunctionAttribute attribute, List<string> problems)
    {
        List<string> found = [.. FunctionRules.Check(method, attribute)];
        problems.AddRange(found);
        if (found.Count > 0)
            return null;

        ParameterInfo parameter = method.GetParameters().Single(p => p.IsDefined(typeof(TriggerBindingAttribute)));
        TriggerBindingAttribute trigger = parameter.GetCustomAttribute<TriggerBindingAttribute>()!;
        List<FunctionOutput> outputs = [.. Outputs(method)];
        return new FunctionEntry
        {
            Method = method,
            Trigger = trigger,
            TriggerParameter = parameter,
            Outputs = outputs,
            Retry = method.GetCustomAttribute<RetryAttribute>(),
            Definition = new MethodDefinition(
                attribute.Name, method,
                [new NamedBinding(parameter.Name!, NamedBinding.TypeOf(trigger), BindingDirection.In), .. Clients(method)],
                OutputBindings(method, trigger, outputs)),
        };
    }

    private static IEnumerable<BindingMetadata> Clients(MethodInfo method) => method.GetParameters()
        .Where(p => p.IsDefined(typeof(DurableClientAttribute)))
        .Select(p => new NamedBinding(p.Name!, "durableClient", BindingDirection.In));

    private static IEnumerable<FunctionOutput> Outputs(MethodInfo method)
    {
        if (method.GetCustomAttribute<OutputBindingAttribute>() is { } binding)
            yield return new FunctionOutput("$return", binding, null);
        foreach (PropertyInfo property in ReturnedClass.OutputProperties(ReturnedClass.Unwrap(method.ReturnType)))
            yield return new FunctionOutput(property.Name, property.GetCustomAttribute<OutputBindingAttribute>()!, property);
    }

    private static IEnumerable<BindingMetadata> OutputBindings(MethodInfo method, TriggerBindingAttribute trigger, List<FunctionOutput> outputs)
    {
        foreach (FunctionOutput output in outputs)
            yield return new NamedBinding(output.Name, NamedBinding.TypeOf(output.Binding), BindingDirection.Out);
        if (trigger is not HttpTriggerAttribute)
            yield break;
        PropertyInfo? http = ReturnedClass.HttpProperties(ReturnedClass.Unwrap(method.ReturnType)).FirstOrDefault();
        if (http is not null || outputs.Count == 0)
            yield return new NamedBinding(http?.Name ?? "$return", "http", BindingDirection.Out);
    }
}
