using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Tidemark.Embedded;

/// <summary>What durable functions may look like.</summary>
internal static class DurableRules
{
    public static IEnumerable<string> Orchestrator(MethodInfo method, ParameterInfo parameter, TriggerBindingAttribute trigger)
    {
        if (trigger is not OrchestrationTriggerAttribute)
            yield break;
        if (parameter.ParameterType != typeof(TaskOrchestrationContext))
            yield return $"AZFW0010: the orchestration trigger '{parameter.Name}' is a {parameter.ParameterType.Name}; make it TaskOrchestrationContext.";
        List<string?> further = [.. method.GetParameters().Where(p => p != parameter && IsInput(p)).Select(p => p.Name)];
        if (further.Count > 1)
            yield return $"the orchestrator has {further.Count} further parameters ({string.Join(", ", further)}); keep one, which becomes its input.";
        if (method.GetParameters().FirstOrDefault(p => p.IsDefined(typeof(DurableClientAttribute))) is { } client)
            yield return $"parameter '{client.Name}' gives an orchestrator a durable client, which would break its replay; use the context, or an activity.";
    }

    public static IEnumerable<string> Client(ParameterInfo parameter, DurableClientAttribute client)
    {
        if (parameter.ParameterType != typeof(DurableTaskClient))
            yield return $"parameter '{parameter.Name}' has [DurableClient] and is a {parameter.ParameterType.Name}; make it DurableTaskClient.";
        if (client.TaskHub is not null || client.ConnectionName is not null)
            yield return $"parameter '{parameter.Name}' names a task hub or connection of its own; the embedded runtime has the one hub of host.json.";
    }

    private static bool IsInput(ParameterInfo parameter) =>
        parameter.ParameterType != typeof(FunctionContext) && parameter.ParameterType != typeof(CancellationToken) && !parameter.IsDefined(typeof(BindingAttribute));
}
