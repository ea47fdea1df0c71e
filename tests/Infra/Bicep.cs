using Tidemark.BicepCheck;
using Tidemark.BicepCheck.Planning;
using Tidemark.BicepCheck.Schema;

namespace Tidemark.Tests.Infra;

/// <summary>The repository's templates, read once for all tests.</summary>
internal static class Bicep
{
    private static readonly Lazy<AzureTypes> Loaded = new(() => new AzureTypes());

    /// <summary>Every parameter that opens or adds something is set: GPU training with an image, a private network, storage for orchestrations.</summary>
    private static readonly Lazy<Plan> FullPlan = new(() => Plan.Of(new BicepCheck.Checks.Templates(), At("main.bicep"), new Dictionary<string, object?>
    {
        ["environmentName"] = "test",
        ["location"] = "swedencentral",
        ["gpu"] = "A100",
        ["trainerImage"] = "trainer@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        ["githubRepository"] = "owner/name",
        ["alertEmail"] = "operators@example.com",
        ["accessAudience"] = "11111111-2222-3333-4444-555555555555",
        ["monthlyBudget"] = 100L,
        ["budgetStart"] = "2026-01-01",
        ["runbookRoot"] = "https://example.com/",
    })!);

    public static AzureTypes Types => Loaded.Value;

    public static Plan Full => FullPlan.Value;

    public static string Folder { get; } = Path.Combine(Repository.Root, "infra/bicep");

    public static string At(string file) => Path.Combine(Folder, file);

    /// <summary>What a parameter file deploys.</summary>
    public static Plan PlanOf(string file) => new BicepFolder(Types).Plan(At(file));

    /// <summary>The values of a property that is text on each of some resources.</summary>
    public static IEnumerable<string> Names(this IEnumerable<PlannedResource> resources) => resources.Select(r => r.Name ?? throw new InvalidOperationException($"A {r.Reference} has no known name."));
}
