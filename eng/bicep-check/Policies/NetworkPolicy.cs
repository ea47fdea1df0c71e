using Tidemark.BicepCheck.Planning;

namespace Tidemark.BicepCheck.Policies;

/// <summary>In production what keeps data is reached through the private network alone.</summary>
internal static class NetworkPolicy
{
    private const string Account = "Microsoft.Storage/storageAccounts";

    private static readonly string[] Services = ["blob", "queue", "table"];

    public static IEnumerable<(PlannedResource, string)> Breaches(Plan plan)
    {
        foreach (var account in plan.Of(Account).Where(a => a["properties.publicNetworkAccess"] is not "Disabled"))
            yield return (account, $"'properties.publicNetworkAccess' is {Policy.Show(account["properties.publicNetworkAccess"])}, and must be 'Disabled'");
        foreach (var scheduler in plan.Of("Microsoft.DurableTask/schedulers").Where(s => s["properties.ipAllowlist"] is not IReadOnlyList<object?> allowed || allowed.Contains("0.0.0.0/0")))
            yield return (scheduler, "'properties.ipAllowlist' must not let in every address");
        foreach (var account in plan.Of(Account).Where(a => a["properties.networkAcls.defaultAction"] is not "Deny"))
            yield return (account, "'properties.networkAcls.defaultAction' must be 'Deny'");
        foreach (var site in plan.Of("Microsoft.Web/sites").Where(s => s["properties.virtualNetworkSubnetId"] is null))
            yield return (site, "without 'properties.virtualNetworkSubnetId' it does not reach the private network");
        foreach (var environment in plan.Of("Microsoft.App/managedEnvironments").Where(e => e["properties.vnetConfiguration.infrastructureSubnetId"] is null))
            yield return (environment, "without 'properties.vnetConfiguration.infrastructureSubnetId' its jobs do not reach the private network");
        foreach (var account in plan.Of(Account))
        {
            foreach (string service in Services.Where(s => !HasEndpoint(plan, account, s))) yield return (account, $"it has no private endpoint for its {service} service");
        }
    }

    private static bool HasEndpoint(Plan plan, PlannedResource account, string service) => plan.Of("Microsoft.Network/privateEndpoints").Any(endpoint =>
        endpoint["properties.privateLinkServiceConnections"] is IReadOnlyList<object?> connections && connections
            .OfType<IReadOnlyDictionary<string, object?>>().Select(c => c.GetValueOrDefault("properties")).OfType<IReadOnlyDictionary<string, object?>>()
            .Any(c => Equals(c.GetValueOrDefault("privateLinkServiceId"), account.Id) && c.GetValueOrDefault("groupIds") is IReadOnlyList<object?> groups && groups.Contains(service)));
}
