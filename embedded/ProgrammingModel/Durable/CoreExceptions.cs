using Microsoft.DurableTask;

namespace DurableTask.Core.Exceptions;

/// <summary>A start was refused, because an instance of that identifier is there and not ended.</summary>
public class OrchestrationAlreadyExistsException : InvalidOperationException
{
    public OrchestrationAlreadyExistsException()
    {
    }

    public OrchestrationAlreadyExistsException(string message)
        : base(message)
    {
    }

    public OrchestrationAlreadyExistsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>Base of what the engine finds wrong with an orchestration.</summary>
public class OrchestrationException : Exception
{
    public OrchestrationException()
    {
    }

    public OrchestrationException(string message)
        : base(message)
    {
    }

    public OrchestrationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public int EventId { get; set; }
}

/// <summary>The orchestrator did something else in a replay than its history says.</summary>
public class NonDeterministicOrchestrationException : OrchestrationException
{
    public NonDeterministicOrchestrationException(int eventId, string eventDetails)
        : base("Non-Deterministic workflow detected: " + eventDetails) => EventId = eventId;
}

/// <summary>The cause inside of an activity's failure; not for sources, which see <see cref="Microsoft.DurableTask.TaskFailedException"/>.</summary>
internal sealed class TaskFailedException(TaskFailureDetails details) : OrchestrationException(details.ErrorMessage)
{
    public TaskFailureDetails Details { get; } = details;
}
