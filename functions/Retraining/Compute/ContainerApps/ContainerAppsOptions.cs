using System.ComponentModel.DataAnnotations;
using Azure.Core;

namespace Tidemark.Retraining.Compute.ContainerApps;

/// <summary>The Container Apps job that trains; section <c>Compute:ContainerApps</c> of the configuration.</summary>
public sealed class ContainerAppsOptions : IValidatableObject
{
    public const string Section = "Compute:ContainerApps";

    /// <value>Resource id of the job: <c>/subscriptions/…/resourceGroups/…/providers/Microsoft.App/jobs/…</c>. Default none; needed where <c>Compute__Name</c> is <c>container-apps</c>.</value>
    public string Job { get; set; } = "";

    /// <value>Client id of the user-assigned identity that may start the job. Default none: the app's own, or whatever DefaultAzureCredential finds.</value>
    public string? ClientId { get; set; }

    /// <value>Where Azure Resource Manager listens; another address for a sovereign cloud. Default https://management.azure.com.</value>
    [Url]
    public string Endpoint { get; set; } = "https://management.azure.com";

    /// <value>How long one waits for the name of a started execution; without it the start counts all the same. Default 1 minute.</value>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan StartPatience { get; set; } = TimeSpan.FromMinutes(1);

    /// <value>After how long a start that shows no execution, or only ended ones, counts as failed. Default 2 minutes.</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan StartGrace { get; set; } = TimeSpan.FromMinutes(2);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Job.Length > 0 && (!ResourceIdentifier.TryParse(Job, out var id) || id is null || id.ResourceType != "Microsoft.App/jobs"))
            yield return new($"Compute__ContainerApps__Job is '{Job}', which is no resource id of a Container Apps job (/subscriptions/…/providers/Microsoft.App/jobs/…).", [nameof(Job)]);
    }
}
