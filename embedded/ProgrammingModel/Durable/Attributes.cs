using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Marks the <c>TaskOrchestrationContext</c> parameter of an orchestrator.</summary>
public sealed class OrchestrationTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>Name of the orchestrator; null is the name of the function.</summary>
    public string? Orchestration { get; set; }
}

/// <summary>Marks the input parameter of an activity, of any type that JSON can become.</summary>
public sealed class ActivityTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>Name of the activity; null is the name of the function.</summary>
    public string? Activity { get; set; }
}

/// <summary>Gives a function a <c>DurableTaskClient</c>; the parameter must be exactly of that type.</summary>
public sealed class DurableClientAttribute : InputBindingAttribute
{
    /// <summary>Another hub than that of host.json. The embedded runtime has one hub and refuses this.</summary>
    public string? TaskHub { get; set; }

    /// <summary>Another storage connection than that of host.json. The embedded runtime refuses this.</summary>
    public string? ConnectionName { get; set; }
}
