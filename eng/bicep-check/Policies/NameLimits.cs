using System.Text.RegularExpressions;
using Tidemark.BicepCheck.Planning;

namespace Tidemark.BicepCheck.Policies;

/// <summary>Azure's limits for names, which a deployment would run into half way. Source: "Naming rules and restrictions for Azure resources", Microsoft Learn.</summary>
internal static class NameLimits
{
    private static readonly Dictionary<string, (Regex Shape, string Words)> Limits = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Microsoft.Storage/storageAccounts"] = (new("^[a-z0-9]{3,24}$"), "3 to 24 lower-case letters and digits"),
        ["Microsoft.Storage/storageAccounts/blobServices/containers"] = (new("^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$"), "3 to 63 lower-case letters, digits and single hyphens"),
        ["Microsoft.Storage/storageAccounts/queueServices/queues"] = (new("^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$"), "3 to 63 lower-case letters, digits and single hyphens"),
        ["Microsoft.Storage/storageAccounts/tableServices/tables"] = (new("^[A-Za-z][A-Za-z0-9]{2,62}$"), "3 to 63 letters and digits"),
        ["Microsoft.Web/sites"] = (new("^[A-Za-z0-9][A-Za-z0-9-]{0,58}[A-Za-z0-9]$"), "2 to 60 letters, digits and hyphens"),
        ["Microsoft.Web/serverfarms"] = (new("^[A-Za-z0-9-]{1,60}$"), "1 to 60 letters, digits and hyphens"),
        ["Microsoft.ContainerRegistry/registries"] = (new("^[A-Za-z0-9]{5,50}$"), "5 to 50 letters and digits"),
        ["Microsoft.App/managedEnvironments"] = (new("^[a-z][a-z0-9-]{0,58}[a-z0-9]$"), "2 to 60 lower-case letters, digits and hyphens"),
        ["Microsoft.App/jobs"] = (new("^(?!.*--)[a-z][a-z0-9-]{0,30}[a-z0-9]$"), "2 to 32 lower-case letters, digits and single hyphens"),
        ["Microsoft.EventGrid/systemTopics"] = (new("^[A-Za-z0-9-]{3,128}$"), "3 to 128 letters, digits and hyphens"),
        ["Microsoft.EventGrid/systemTopics/eventSubscriptions"] = (new("^[A-Za-z0-9-]{3,64}$"), "3 to 64 letters, digits and hyphens"),
        ["Microsoft.OperationalInsights/workspaces"] = (new("^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$"), "4 to 63 letters, digits and hyphens"),
        ["Microsoft.ManagedIdentity/userAssignedIdentities"] = (new("^[A-Za-z0-9][A-Za-z0-9_-]{2,127}$"), "3 to 128 letters, digits, hyphens and underscores"),
        ["Microsoft.Network/virtualNetworks"] = (new("^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}[A-Za-z0-9_]$"), "2 to 64 letters, digits, points, hyphens and underscores"),
        ["Microsoft.DurableTask/schedulers"] = (new("^[A-Za-z0-9][A-Za-z0-9-]{1,62}[A-Za-z0-9]$"), "3 to 64 letters, digits and hyphens"),
        ["Microsoft.Resources/resourceGroups"] = (new(@"^[\w().-]{1,89}[\w()-]$"), "1 to 90 letters, digits, points, hyphens, underscores and parentheses"),
        ["Microsoft.Insights/actionGroups"] = (new(@"^[^<>%&?/\\]{1,260}$"), "1 to 260 characters"),
        ["Microsoft.Consumption/budgets"] = (new("^[A-Za-z0-9_-]{1,63}$"), "1 to 63 letters, digits, hyphens and underscores"),
    };

    public static IEnumerable<(PlannedResource, string)> Breaches(Plan plan)
    {
        foreach (var resource in plan.Resources)
        {
            if (!Limits.TryGetValue(resource.Reference.Type, out var limit)) continue;
            if (resource.Name is not { } name) yield return (resource, "its name is not known beforehand, so that nobody can say whether it is allowed");
            else if (!limit.Shape.IsMatch(resource.Parent is null ? name : name.Split('/')[^1])) yield return (resource, $"a name has {limit.Words}");
        }

        foreach (var twice in plan.Resources.Where(r => r.Name is not null).GroupBy(r => r.Id, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1 && g.Select(r => (r.File, r.At)).Distinct().Count() > 1))
            yield return (twice.Last(), "two resources of this type have that name");
    }
}
