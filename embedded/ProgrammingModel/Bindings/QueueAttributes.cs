using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Starts the function with a message of an Azure Storage queue.</summary>
/// <param name="queueName">Queue name, or <c>%Setting%</c>.</param>
public sealed class QueueTriggerAttribute(string queueName) : TriggerBindingAttribute
{
    public string QueueName { get; } = queueName;

    /// <summary>Name of the setting with the connection; null or empty is <c>AzureWebJobsStorage</c>.</summary>
    public string? Connection { get; set; }
}

/// <summary>Sends the returned value to an Azure Storage queue.</summary>
/// <param name="queueName">Queue name, or <c>%Setting%</c>.</param>
public sealed class QueueOutputAttribute(string queueName) : OutputBindingAttribute
{
    public string QueueName { get; } = queueName;

    /// <summary>Name of the setting with the connection; null or empty is <c>AzureWebJobsStorage</c>.</summary>
    public string? Connection { get; set; }
}
