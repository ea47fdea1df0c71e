using System.Text.RegularExpressions;
using Tidemark.BicepCheck.Planning;

namespace Tidemark.BicepCheck.Policies;

/// <summary>Who may do what: identities instead of keys, known roles only, no rights by wildcard, no secret anywhere.</summary>
internal static partial class IdentityPolicies
{
    private static readonly string[] WithIdentity = ["Microsoft.Web/sites", "Microsoft.App/jobs", "Microsoft.App/containerApps", "Microsoft.EventGrid/systemTopics"];

    public static IReadOnlyList<Policy> All { get; } =
    [
        new("identity-only", plan => WithIdentity.SelectMany(plan.Of).Where(r => r["identity.type"] is null or "None").Select(r => (r, "it has no identity, so that it could only work with keys"))),
        Policy.Must("identity-only", "Microsoft.Insights/components", "properties.DisableLocalAuth", true),
        Policy.Must("identity-only", "Microsoft.OperationalInsights/workspaces", "properties.features.disableLocalAuth", true),
        Policy.Must("identity-only", "Microsoft.ContainerRegistry/registries", "properties.adminUserEnabled", false),
        Policy.Must("identity-only", "Microsoft.Web/sites/basicPublishingCredentialsPolicies", "properties.allow", false),
        new("identity-only", plan => plan.Of("Microsoft.Web/sites")
            .Where(site => new[] { "ftp", "scm" }.Any(way => !plan.Of("Microsoft.Web/sites/basicPublishingCredentialsPolicies").Any(p => p.Parent == site && p.Name == way)))
            .Select(site => (site, "publishing by name and password must be switched off: a basicPublishingCredentialsPolicies resource for each of 'ftp' and 'scm'"))),
        new("secret", plan => plan.Resources.SelectMany(r => Texts(r.Body).Where(t => Secret().IsMatch(t)).Select(_ => (r, "a value holds a key, a signature or a password; use an identity")))),
        new("role", Roles),
        new("role-wildcard", plan => plan.Of("Microsoft.Authorization/roleDefinitions")
            .Where(r => Texts(r["properties.permissions"]).Any(action => action.Contains('*', StringComparison.Ordinal)))
            .Select(r => (r, "its actions must be named one by one, without '*'"))),
    ];

    private static IEnumerable<(PlannedResource, string)> Roles(Plan plan)
    {
        var own = plan.Of("Microsoft.Authorization/roleDefinitions").Select(r => r.Name).ToHashSet();
        foreach (var assignment in plan.Of("Microsoft.Authorization/roleAssignments"))
        {
            string? id = (assignment["properties.roleDefinitionId"] as string)?.Split('/')[^1];
            if (id is null) yield return (assignment, "its role is not known beforehand");
            else if (Policies.Roles.Refused.TryGetValue(id, out string? name)) yield return (assignment, $"the role '{name}' may do far more than is needed");
            else if (!Policies.Roles.Known.ContainsKey(id) && !own.Contains(id)) yield return (assignment, $"'{id}' is neither a built-in role that is known here nor a role of the template");
            if (assignment["properties.principalType"] is not string) yield return (assignment, "'properties.principalType' must be set, or a new identity is not found yet when the assignment is made");
        }
    }

    private static IEnumerable<string> Texts(object? value) => value switch
    {
        string text => [text],
        IReadOnlyDictionary<string, object?> values => values.Values.SelectMany(Texts),
        IEnumerable<object?> items => items.SelectMany(Texts),
        _ => [],
    };

    [GeneratedRegex(@"AccountKey=|SharedAccess(Key|Signature)=|\bsig=[A-Za-z0-9%]{20,}|Password=|InstrumentationKey=[0-9a-f]{8}-|-----BEGIN [A-Z ]*PRIVATE KEY", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();
}
