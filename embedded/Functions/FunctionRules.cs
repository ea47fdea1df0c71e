using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Azure.Functions.Worker.Http;

namespace Tidemark.Embedded;

/// <summary>
/// What the genuine build (rules AZFW…) and the genuine host refuse in one function. Rules without a number are those of the
/// host, or the embedded runtime's own where the genuine one would ignore a mistake silently.
/// </summary>
internal static partial class FunctionRules
{
    public static IEnumerable<string> Check(MethodInfo method, FunctionAttribute attribute)
    {
        string place = $"{method.DeclaringType!.FullName}.{method.Name}";
        return Method(method, attribute).Concat(Bindings(method)).Concat(Returns(method)).Select(problem => Place(problem, place));
    }

    /// <summary>The rule for apps that did not call <c>ConfigureFunctionsWebApplication</c>.</summary>
    public static IEnumerable<string> WithoutAspNetCore(FunctionCatalog catalog) => catalog.Functions
        .Where(f => f.TriggerParameter.ParameterType == typeof(HttpRequest) || IsAspNetResult(ReturnedClass.Unwrap(f.Method.ReturnType)))
        .Select(f => $"AZFW0014 {f.Definition.EntryPoint}: uses ASP.NET Core types; call ConfigureFunctionsWebApplication on the builder.");

    private static IEnumerable<string> Method(MethodInfo method, FunctionAttribute attribute)
    {
        if (!FunctionName().IsMatch(attribute.Name) || attribute.Name.Equals("host", StringComparison.OrdinalIgnoreCase))
            yield return $"the function name '{attribute.Name}' is not allowed; begin with a letter, then up to 127 letters, digits, '_' or '-', and not 'host'.";
        if (!method.IsPublic)
            yield return "a function method must be public; the genuine build passes over this one.";
        if (method.ContainsGenericParameters || method.DeclaringType!.ContainsGenericParameters)
            yield return "a function method and its class must not be generic; write a plain one.";
        if (method.ReturnType == typeof(void) && method.IsDefined(typeof(AsyncStateMachineAttribute)))
            yield return "AZFW0002: the function is async void; return Task.";
        if (method.GetParameters().FirstOrDefault(p => p.ParameterType.IsByRef) is { } byRef)
            yield return $"parameter '{byRef.Name}' is passed by reference; pass it by value.";
    }

    private static IEnumerable<string> Bindings(MethodInfo method)
    {
        var triggers = new List<(ParameterInfo Parameter, TriggerBindingAttribute Trigger)>();
        foreach (ParameterInfo parameter in method.GetParameters())
        {
            List<BindingAttribute> bindings = [.. parameter.GetCustomAttributes<BindingAttribute>()];
            if (bindings.Count > 1)
                yield return $"AZFW0005: parameter '{parameter.Name}' carries {bindings.Count} binding attributes ({Names(bindings)}); keep one.";
            triggers.AddRange(bindings.OfType<TriggerBindingAttribute>().Take(1).Select(t => (parameter, t)));
            foreach (string problem in bindings.OfType<DurableClientAttribute>().SelectMany(c => DurableRules.Client(parameter, c)))
                yield return problem;
            if (bindings.Find(b => !IsKnown(b) || b is OutputBindingAttribute) is { } unknown)
                yield return $"parameter '{parameter.Name}' uses the binding {unknown.GetType().FullName}, which the embedded runtime does not have; run it on the genuine host.";
        }

        if (triggers.Count == 0)
            yield return "the function has no trigger; mark one parameter with [HttpTrigger], [QueueTrigger], [TimerTrigger], [OrchestrationTrigger] or [ActivityTrigger].";
        if (triggers.Count > 1)
            yield return $"the function has {triggers.Count} triggers ({Names(triggers.Select(t => t.Trigger))}); keep one.";
        if (triggers.Count != 1)
            yield break;
        (ParameterInfo target, TriggerBindingAttribute trigger) = triggers[0];
        foreach (string problem in Trigger(method, target, trigger))
            yield return problem;
    }

    private static IEnumerable<string> Trigger(MethodInfo method, ParameterInfo parameter, TriggerBindingAttribute trigger)
    {
        if (trigger is not TimerTriggerAttribute && method.GetCustomAttribute<RetryAttribute>() is { } retry)
            yield return $"AZFW0012: {retry.GetType().Name} does not work on {trigger.GetType().Name}; a queue has its own tries (host.json maxDequeueCount), a call of an activity its TaskOptions.";
        Type type = parameter.ParameterType;
        if (trigger is HttpTriggerAttribute && type != typeof(HttpRequest) && type != typeof(HttpRequestData))
            yield return $"AZFW0010: the HTTP trigger '{parameter.Name}' is a {type.Name}; make it HttpRequest or HttpRequestData, and bind the body with [FromBody].";
        if (trigger is TimerTriggerAttribute && type != typeof(TimerInfo) && type != typeof(string))
            yield return $"AZFW0010: the timer trigger '{parameter.Name}' is a {type.Name}; make it TimerInfo.";
        foreach (string problem in DurableRules.Orchestrator(method, parameter, trigger))
            yield return problem;
        if (trigger is QueueTriggerAttribute { QueueName: null or "" })
            yield return $"AZFW0013: the queue trigger '{parameter.Name}' names no queue.";
        if (trigger is TimerTriggerAttribute { Schedule: null or "" })
            yield return $"AZFW0013: the timer trigger '{parameter.Name}' has no schedule.";
    }

    private static IEnumerable<string> Returns(MethodInfo method)
    {
        Type type = ReturnedClass.Unwrap(method.ReturnType);
        List<PropertyInfo> outputs = [.. ReturnedClass.OutputProperties(type)];
        List<PropertyInfo> http = [.. ReturnedClass.HttpProperties(type)];
        foreach (MemberInfo member in outputs.Cast<MemberInfo>().Append(method))
        {
            List<OutputBindingAttribute> bindings = [.. member.GetCustomAttributes<OutputBindingAttribute>()];
            if (bindings.Count > 1)
                yield return $"AZFW0005: {Subject(member)} carries {bindings.Count} binding attributes ({Names(bindings)}); keep one.";
            if (bindings.Find(b => !IsKnown(b)) is { } unknown)
                yield return $"{Subject(member)} uses the binding {unknown.GetType().FullName}, which the embedded runtime does not have; run it on the genuine host.";
            if (bindings.OfType<QueueOutputAttribute>().Any(q => string.IsNullOrEmpty(q.QueueName)))
                yield return $"AZFW0013: {Subject(member)} has a queue output that names no queue.";
        }

        if (http.Count > 1)
            yield return $"AZFW0007: {type.Name} has {http.Count} HTTP responses ({string.Join(", ", http.Select(p => p.Name))}); keep one.";
        if (method.IsDefined(typeof(OutputBindingAttribute)) && outputs.Count > 0)
            yield return $"the method and the properties of {type.Name} carry output bindings; keep those of the properties.";
        if (outputs.Count > 0 && http.Count == 0 && IsHttp(method) && type.GetProperties().FirstOrDefault(p => IsAspNetResult(p.PropertyType)) is { } unmarked)
            yield return $"AZFW0015: {type.Name}.{unmarked.Name} is a {unmarked.PropertyType.Name} without [HttpResult]; mark it.";
    }

    private static bool IsKnown(BindingAttribute binding) =>
        binding is HttpTriggerAttribute or QueueTriggerAttribute or TimerTriggerAttribute or QueueOutputAttribute
            or OrchestrationTriggerAttribute or ActivityTriggerAttribute or DurableClientAttribute;

    private static bool IsHttp(MethodInfo method) => method.GetParameters().Any(p => p.IsDefined(typeof(HttpTriggerAttribute)));

    private static bool IsAspNetResult(Type type) => typeof(IActionResult).IsAssignableFrom(type) || typeof(IResult).IsAssignableFrom(type);

    private static string Subject(MemberInfo member) => member is PropertyInfo property ? $"property {property.DeclaringType!.Name}.{property.Name}" : "the method";

    private static string Names(IEnumerable<BindingAttribute> bindings) => string.Join(", ", bindings.Select(b => b.GetType().Name));

    /// <summary>Puts the method's name behind the rule's number, where there is one.</summary>
    private static string Place(string problem, string place) =>
        problem.StartsWith("AZFW", StringComparison.Ordinal) ? $"{problem[..9]} {place}: {problem[10..]}" : $"{place}: {problem}";

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]{0,127}$", RegexOptions.CultureInvariant)]
    private static partial Regex FunctionName();
}
