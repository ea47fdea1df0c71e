using System.Text.RegularExpressions;
using Azure;
using Azure.Core;
using Azure.Identity;
using Azure.ResourceManager;
using Azure.ResourceManager.AppContainers;
using Azure.ResourceManager.AppContainers.Models;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Tidemark.Retraining.Compute.ContainerApps;

/// <summary>
/// The job in Azure. It is started as it stands, without overrides: the worker in it claims a run. So a start whose answer got lost, or one too
/// many, does no harm, and whoever starts needs no right to change image or command.
/// </summary>
public sealed partial class TrainingJob(ArmClient azure, IOptions<ContainerAppsOptions> options, TimeProvider time, ILogger<TrainingJob> logger)
{
    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(2);

    private ContainerAppJobResource Job => azure.GetContainerAppJobResource(new ResourceIdentifier(options.Value.Job));

    /// <summary>A client with the app's identity; tries again when Azure is busy, as long as it says.</summary>
    public static ArmClient Client(ContainerAppsOptions options)
    {
        var credential = new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = options.ClientId });
        return new(credential, null, new ArmClientOptions { Environment = new ArmEnvironment(new Uri(options.Endpoint), options.Endpoint.TrimEnd('/') + "/") });
    }

    /// <summary>Starts an execution; its name, or null when Azure has not told it in time, or tells it to others only.</summary>
    /// <exception cref="RequestFailedException">Azure refused, or could not be reached.</exception>
    public async Task<string?> StartAsync(CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var started = await AllowedAsync("Microsoft.App/jobs/start/action", () => Job.StartAsync(WaitUntil.Started, cancellationToken: cancellation));
        using var timer = time.CreateTimer(_ => patience.Cancel(), null, options.Value.StartPatience, Timeout.InfiniteTimeSpan);
        try
        {
            return (await started.WaitForCompletionAsync(patience.Token)).Value.Name;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
        catch (RequestFailedException untold) when (untold.Status == 403)
        {
            // It is started all the same. To fail here would start another one with every try.
            LogUntold(Job.Id.Name, DeniedAction(untold) ?? "the result of the start");
            return null;
        }
    }

    /// <summary>Whether an execution may still take a run or work on one: the one of this name, or any that was started since. One that Azure no longer lists is over.</summary>
    /// <exception cref="RequestFailedException">Azure refused, or could not be reached.</exception>
    public Task<bool> IsUnderwayAsync(string? execution, DateTimeOffset since, CancellationToken cancellation) => execution is null
        ? AllowedAsync("Microsoft.App/jobs/executions/read", () => AnyIsUnderwayAsync(since, cancellation))
        : AllowedAsync("Microsoft.App/jobs/execution/read", async () =>
        {
            var found = await Job.GetContainerAppJobExecutions().GetIfExistsAsync(execution, cancellation);
            return found.HasValue && MayWork(found.Value!.Data.Status);
        });

    private async Task<bool> AnyIsUnderwayAsync(DateTimeOffset since, CancellationToken cancellation)
    {
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
            await AllowedAsync("Microsoft.App/jobs/stop/execution/action", () => azure.GetContainerAppJobExecutionResource(id).StopExecutionJobAsync(WaitUntil.Started, cancellation));
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

    /// <summary>Says which right is missing and where it is given, as Azure's own 403 does not.</summary>
    private async Task<T> AllowedAsync<T>(string action, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (RequestFailedException denied) when (denied.Status == 403)
        {
            throw new RequestFailedException(
                403,
                $"Azure denies the app's identity {(options.Value.ClientId is { Length: > 0 } id ? $"{id} " : "")}the action {DeniedAction(denied) ?? action} on the job '{Job.Id.Name}'. "
                + "Give it the role 'Tidemark training starter' on that job, as infra/bicep/modules/training.bicep does; a new assignment takes some minutes to hold.",
                denied.ErrorCode, denied);
        }
    }

    /// <summary>The action as Azure names it in its message, if it does.</summary>
    private static string? DeniedAction(RequestFailedException denied) => ActionInMessage().Match(denied.Message) is { Success: true } found ? found.Groups[1].Value : null;

    [GeneratedRegex("perform action '([A-Za-z./]{1,200})'")]
    private static partial Regex ActionInMessage();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Azure has started an execution of job {Job} and denies the app's identity its name ({Action}); the run goes on without. Look at the role 'Tidemark training starter'")]
    private partial void LogUntold(string job, string action);
}
