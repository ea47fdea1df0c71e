using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Tidemark.Tests.Training.Compute;

/// <summary>
/// A task hub without the retraining that is told something: it throws, as the durable extension does unless host.json says otherwise. The embedded runtime
/// drops such events, so it can't show this.
/// </summary>
/// <param name="told">Gets what was told.</param>
internal sealed class DeafRetrainings(List<(string Run, string Event, object? State)> told) : DurableTaskClient("deaf")
{
    public override Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        told.Add((instanceId, eventName, eventPayload));
        throw new InvalidOperationException($"Cannot raise event {eventName} for orchestration instance {instanceId} because it is not running.");
    }

    public override Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default) => throw new NotSupportedException();

    public override Task<OrchestrationMetadata?> GetInstancesAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) => throw new NotSupportedException();

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) => throw new NotSupportedException();

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) => throw new NotSupportedException();

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) => throw new NotSupportedException();

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
