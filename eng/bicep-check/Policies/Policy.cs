using Tidemark.BicepCheck.Checks;
using Tidemark.BicepCheck.Planning;

namespace Tidemark.BicepCheck.Policies;

/// <summary>A rule for what is deployed, whatever the text looks like that deploys it.</summary>
/// <param name="Code">Its name, which findings carry.</param>
/// <param name="Breaches">The resources that break it, each with a sentence that says how.</param>
internal sealed record Policy(string Code, Func<Plan, IEnumerable<(PlannedResource Resource, string Message)>> Breaches)
{
    /// <summary>What holds for every deployment.</summary>
    public static IReadOnlyList<Policy> All { get; } = [.. StoragePolicies.All, .. IdentityPolicies.All, .. ExposurePolicies.All, new("name", NameLimits.Breaches)];

    /// <summary>What holds for production beside that.</summary>
    public static IReadOnlyList<Policy> Production { get; } = [new("private-network", NetworkPolicy.Breaches)];

    public void Check(Plan plan, Findings findings)
    {
        foreach (var (resource, message) in Breaches(plan)) findings.Error(Code, resource.At, $"{resource.Reference.Type} '{resource.Name ?? "?"}' in {Path.GetFileName(resource.File)}: {message}");
    }

    /// <summary>The resources of a type whose property does not have the value that it must have.</summary>
    public static Policy Must(string code, string type, string property, params object[] allowed) => new(code, plan => plan.Of(type)
        .Where(r => !allowed.Contains(r[property]))
        .Select(r => (r, $"'{property}' is {Show(r[property])}, and must be {string.Join(" or ", allowed.Select(Show))}")));

    public static string Show(object? value) => value switch { null => "not set", string text => $"'{text}'", bool boolean => boolean ? "true" : "false", _ => $"{value}" };
}
