using Tidemark.BicepCheck.Planning;

namespace Tidemark.BicepCheck.Policies;

/// <summary>What the world sees: https alone, closed to browsers of other sites; and every resource says whose it is.</summary>
internal static class ExposurePolicies
{
    private const string Site = "Microsoft.Web/sites";

    /// <summary>Types that take tags and cost money or hold data.</summary>
    private static readonly HashSet<string> Tagged = new(StringComparer.OrdinalIgnoreCase)
    {
        Site, "Microsoft.Web/serverfarms", "Microsoft.Storage/storageAccounts", "Microsoft.App/managedEnvironments", "Microsoft.App/jobs", "Microsoft.ContainerRegistry/registries",
        "Microsoft.EventGrid/systemTopics", "Microsoft.Insights/components", "Microsoft.OperationalInsights/workspaces", "Microsoft.ManagedIdentity/userAssignedIdentities",
        "Microsoft.Network/virtualNetworks", "Microsoft.Network/privateEndpoints", "Microsoft.DurableTask/schedulers", "Microsoft.Resources/resourceGroups",
        "Microsoft.Insights/actionGroups", "Microsoft.Insights/scheduledQueryRules", "Microsoft.Insights/metricAlerts", "Microsoft.Insights/workbooks",
    };

    public static IReadOnlyList<Policy> All { get; } =
    [
        Policy.Must("https-only", Site, "properties.httpsOnly", true),
        Policy.Must("tls", Site, "properties.siteConfig.minTlsVersion", "1.2", "1.3"),
        Policy.Must("ftp", Site, "properties.siteConfig.ftpsState", "Disabled"),
        new("cors", plan => plan.Of(Site)
            .Where(s => s["properties.siteConfig.cors.allowedOrigins"] is IReadOnlyList<object?> origins && origins.Any(o => o is not string origin || origin.Contains('*', StringComparison.Ordinal)))
            .Select(s => (s, "pages of any site may not call it: name origins one by one, or none"))),
        new("tags", plan => plan.Resources.Where(r => Tagged.Contains(r.Reference.Type)).SelectMany(Untagged)),
        new("alert-runbook", plan => plan.Resources
            .Where(r => r.Is("Microsoft.Insights/scheduledQueryRules") || r.Is("Microsoft.Insights/metricAlerts"))
            .Where(r => r["properties.description"] is not string text || !text.Contains("docs/runbooks/", StringComparison.Ordinal))
            .Select(r => (r, "its description must link to its page in docs/runbooks"))),
    ];

    private static IEnumerable<(PlannedResource, string)> Untagged(PlannedResource resource)
    {
        foreach (string tag in (string[])["application", "environment"])
        {
            if (resource["tags"] is not IReadOnlyDictionary<string, object?> tags || !tags.ContainsKey(tag)) yield return (resource, $"it has no tag '{tag}'");
        }
    }
}
