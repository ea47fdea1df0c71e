using Azure;
using Azure.Core;
using Azure.Identity;
using Azure.ResourceManager;
using Azure.ResourceManager.AppContainers;
using Azure.ResourceManager.AppContainers.Models;
using Microsoft.Extensions.Options;

namespace Tidemark.Retraining.Compute.ContainerApps;

/// <summary>
/// The job in Azure. It is started as it stands, without overrides: the worker in it claims a run. So a start whose answer got lost, or one too
/// many, does no harm, and whoever starts needs no right to change image or command.
/// </summary>
public sealed class TrainingJob(ArmClient azure, IOptions<ContainerAppsOptions> options, TimeProvider time)
{
    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(2);

    private ContainerAppJobResource Job => azure.GetContainerAppJobResource(new ResourceIdentifier(options.Value.Job));

    /// <summary>A client with the app's identity; tries again when Azure is busy, as long as it says.</summary>
    public static ArmClient Client(ContainerAppsOptions options)
    {
        var credential = new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = options.ClientId });
        return new(credential, null, new ArmClientOptions { Environment = new ArmEnvironment(new Uri(options.Endpoint), options.Endpoint.TrimEnd('/') + "/") });
    }

    /// <summary>Starts an execution; its name, or null when Azure has not told it in time.</summary>
    /// <exception cref="RequestFailedException">Azure refused, or could not be reached.</exception>
    public async Task<string?> StartAsync(CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var started = await Job.StartAsync(WaitUntil.Started, cancellationToken: cancellation);
        using var timer = time.CreateTimer(_ => patience.Cancel(), null, options.Value.StartPatience, Timeout.InfiniteTimeSpan);
        try
        {
            return (await started.WaitForCompletionAsync(patience.Token)).Value.Name;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Whether an execution may still take a run or work on one: the one of this name, or any that was started since. One that Azure no longer lists is over.</summary>
    public async Task<bool> IsUnderwayAsync(string? execution, DateTimeOffset since, CancellationToken cancellation)
    {
        if (execution is not null)
        {
            var found = await Job.GetContainerAppJobExecutions().GetIfExistsAsync(execution, cancellation);
            return found.HasValue && MayWork(found.Value!.Data.Status);
        }

        await foreach (var other in Job.GetContainerAppJobExecutions().GetAllAsync(cancellationToken: cancellation))
        {
            if (MayWork(other.Data.Status) && (other.Data.StartOn is not { } start || start >= since - ClockDifference)) return true;
        }

        return false;
    }

    /// <summary>Stops an execution; one that has ended or is not there is no error.</summary>
    public async Task StopAsync(string execution, CancellationToken cancellation)
    {
        try
        {
            var id = new ResourceIdentifier($"{options.Value.Job}/executions/{execution}");
            await azure.GetContainerAppJobExecutionResource(id).StopExecutionJobAsync(WaitUntil.Started, cancellation);
        }
        catch (RequestFailedException over) when (over.Status is 400 or 404 or 409)
        {
            // It has ended meanwhile.
        }
    }

    /// <summary>Azure's words for an execution. What Azure does not know, the heartbeat tells.</summary>
    internal static bool MayWork(JobExecutionRunningState? status) =>
        status is null || status == JobExecutionRunningState.Running || status == JobExecutionRunningState.Processing || status == JobExecutionRunningState.Unknown
        || !(status == JobExecutionRunningState.Succeeded || status == JobExecutionRunningState.Failed || status == JobExecutionRunningState.Stopped || status == JobExecutionRunningState.Degraded);
}
