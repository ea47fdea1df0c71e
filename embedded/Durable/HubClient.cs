using DurableTask.Core.Exceptions;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Tidemark.Embedded;

/// <summary>The client of the host's task hub; one for all functions.</summary>
internal sealed class HubClient(DurableStore store, DurableSettings settings, DurableFunctions functions, DataConverter converter, HubAddress address)
    : DurableTaskClient(store.Hub)
{
    // These wait for storage, not for the time that orchestrations see.
    private static readonly TimeProvider Clock = TimeProvider.System;
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(1);

    /// <summary>Such as <c>http://127.0.0.1:7071</c>; null before the host listens.</summary>
    public string? HostAddress => address.Url;

    /// <summary>What callers of the management routes must send along, such as <c>code=…</c>; empty where nothing is asked.</summary>
    public string RequiredQuery => address.Query;

    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(orchestratorName.Name, nameof(orchestratorName));
        if (functions.Orchestrator(orchestratorName.Name) is null) throw new ArgumentException(functions.NoOrchestrator(orchestratorName.Name), nameof(orchestratorName));
        string id = options?.InstanceId ?? Guid.NewGuid().ToString("N");
        InstanceIds.ThrowIfBad(id, nameof(options));
        await store.CreateAsync(cancellation);

        DateTimeOffset now = store.Clock.GetUtcNow();
        string execution = ExecutionIds.New();
        string? data = converter.Serialize(input);
        InstanceRow row = new(id, orchestratorName.Name, execution)
        {
            Version = options?.Version?.Version ?? settings.DefaultVersion,
            CreatedAt = now,
            UpdatedAt = now,
            StartAt = options?.StartAt > now ? options.StartAt : null,
            Input = await store.Payloads.WriteAsync(data, $"{id}/input-{execution}", cancellation),
            Tags = options?.Tags ?? new Dictionary<string, string>(),
        };
        Message start = new(MessageKind.Started, execution) { Execution = execution, Data = data };
        bool MayReplace(InstanceRow there) => there.HasEnded && options?.DedupeStatuses?.Contains(there.Status.ToString(), StringComparer.OrdinalIgnoreCase) != true;
        await SettledAsync(id, cancellation);
        return await store.CreateAsync(row, start, there => MayReplace(there) && there.Unsent is null, cancellation)
            ? id
            : throw new OrchestrationAlreadyExistsException($"An Orchestration instance with the ID {id} already exists.");
    }

    public override async Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        await SendAsync(instanceId, new(MessageKind.EventRaised, NewId()) { Name = eventName, Data = converter.Serialize(eventPayload) }, cancellation);
    }

    public override Task TerminateInstanceAsync(string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default) => SendAsync(
        instanceId, new(MessageKind.Terminated, NewId()) { Data = converter.Serialize(options?.Output), Recursive = options?.Recursive == true }, cancellation);

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, new(MessageKind.Suspended, NewId()) { Data = reason }, cancellation);

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, new(MessageKind.Resumed, NewId()) { Data = reason }, cancellation);

    public override async Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        InstanceIds.ThrowIfBad(instanceId, nameof(instanceId));
        await store.CreateAsync(cancellation);
        return await store.FindAsync(instanceId, cancellation) is { } row ? await MetadataAsync(row, getInputsAndOutputs, cancellation) : null;
    }

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, getInputsAndOutputs, m => m.RuntimeStatus != OrchestrationRuntimeStatus.Pending, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, getInputsAndOutputs, m => m.IsCompleted, cancellation);

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) =>
        new InstancePages(store, filter ?? new(), MetadataAsync);

    public override async Task<PurgeResult> PurgeInstanceAsync(string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        InstanceIds.ThrowIfBad(instanceId, nameof(instanceId));
        ThrowIfRecursive(options);
        await store.CreateAsync(cancellation);
        await SettledAsync(instanceId, cancellation);
        bool purged = await store.FindAsync(instanceId, cancellation) is { HasEnded: true, Unsent: null } row && await store.PurgeAsync(row, cancellation);
        return new(purged ? 1 : 0, true);
    }

    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ThrowIfRecursive(options);
        OrchestrationQuery query = new(filter.CreatedFrom, filter.CreatedTo, filter.Statuses);
        long begun = Clock.GetTimestamp();
        int purged = 0;
        await foreach (InstanceRow row in new InstancePages(store, query, MetadataAsync).RowsAsync(cancellation))
        {
            if (filter.Timeout is { } timeout && Clock.GetElapsedTime(begun) > timeout) return new(purged, false);
            if (row is { HasEnded: true, Unsent: null } && await store.PurgeAsync(row, cancellation)) purged++;
        }

        return new(purged, true);
    }

    public override async Task<string> RestartAsync(string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default)
    {
        await store.CreateAsync(cancellation);
        InstanceRow row = await store.FindAsync(instanceId, cancellation)
            ?? throw new ArgumentException($"An orchestration with the instanceId {instanceId} was not found.", nameof(instanceId));
        if (!restartWithNewInstanceId && !row.HasEnded)
            throw new InvalidOperationException($"Instance '{instanceId}' is {row.Status}; it can be restarted under its own identifier once it has ended.");
        string? input = await store.Payloads.ReadAsync(row.Input, cancellation);
        using System.Text.Json.JsonDocument? json = input is null ? null : System.Text.Json.JsonDocument.Parse(input);
        StartOrchestrationOptions options = new(restartWithNewInstanceId ? null : instanceId) { Version = row.Version, Tags = row.Tags };
        return await ScheduleNewOrchestrationInstanceAsync(row.Name, json?.RootElement, options, cancellation);
    }

    /// <summary>The hub's connections belong to the host.</summary>
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static void ThrowIfRecursive(PurgeInstanceOptions? options)
    {
        if (options?.Recursive == true) throw new NotSupportedException("The embedded runtime does not purge sub-orchestrations with their parent; purge them by their own identifiers.");
    }

    private static string NewId() => Guid.NewGuid().ToString("N");

    /// <summary>Drops what is sent to an instance that is not there or has ended.</summary>
    private async Task SendAsync(string instanceId, Message message, CancellationToken cancellation)
    {
        InstanceIds.ThrowIfBad(instanceId, nameof(instanceId));
        await store.CreateAsync(cancellation);
        if (await store.FindAsync(instanceId, cancellation) is { HasEnded: false }) await store.DeliverAsync(instanceId, message, null, cancellation);
    }

    /// <summary>Waits while an ended instance still has something to send, so that it is not replaced or removed before.</summary>
    private async Task SettledAsync(string instanceId, CancellationToken cancellation)
    {
        TimeSpan longest = TimeSpan.FromSeconds(30);
        long begun = Clock.GetTimestamp();
        while (await store.FindAsync(instanceId, cancellation) is { HasEnded: true, Unsent: not null } && Clock.GetElapsedTime(begun) < longest)
            await Task.Delay(ShortestPoll, Clock, cancellation);
    }

    private async Task<OrchestrationMetadata> WaitAsync(string instanceId, bool payloads, Func<OrchestrationMetadata, bool> reached, CancellationToken cancellation)
    {
        TimeSpan wait = ShortestPoll;
        while (true)
        {
            OrchestrationMetadata? metadata = await GetInstanceAsync(instanceId, false, cancellation);
            if (metadata is not null && reached(metadata))
                return payloads ? await GetInstanceAsync(instanceId, true, cancellation) ?? metadata : metadata;
            await Task.Delay(wait, Clock, cancellation);
            wait = wait * 2 < LongestPoll ? wait * 2 : LongestPoll;
        }
    }

    private async Task<OrchestrationMetadata> MetadataAsync(InstanceRow row, bool payloads, CancellationToken cancellation) => new(row.Name, row.Id)
    {
        RuntimeStatus = row.Status,
        CreatedAt = row.CreatedAt,
        LastUpdatedAt = row.UpdatedAt,
        Tags = row.Tags,
        DataConverter = payloads ? converter : null,
        FailureDetails = payloads ? row.Failure : null,
        SerializedInput = payloads ? await store.Payloads.ReadAsync(row.Input, cancellation) : null,
        SerializedOutput = payloads ? await store.Payloads.ReadAsync(row.Output, cancellation) : null,
        SerializedCustomStatus = payloads ? await store.Payloads.ReadAsync(row.CustomStatus, cancellation) : null,
    };
}

/// <summary>Where this host is reached, and the key that its management routes ask for.</summary>
internal sealed class HubAddress(IServer server, Microsoft.Extensions.Configuration.IConfiguration settings)
{
    public string? Url => server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();

    /// <summary>From the setting <c>FunctionKeys__system__durabletask_extension</c>.</summary>
    public string Query => settings["FunctionKeys:system:durabletask_extension"] is { Length: > 0 } key ? $"code={Uri.EscapeDataString(key)}" : "";
}
