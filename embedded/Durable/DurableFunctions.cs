using Microsoft.Azure.Functions.Worker;

namespace Tidemark.Embedded;

/// <summary>The orchestrators and activities of the app, by name in any case.</summary>
internal sealed class DurableFunctions(FunctionCatalog catalog)
{
    private readonly Dictionary<string, FunctionEntry> orchestrators = Named<OrchestrationTriggerAttribute>(catalog, (f, t) => t.Orchestration ?? f.Name);
    private readonly Dictionary<string, FunctionEntry> activities = Named<ActivityTriggerAttribute>(catalog, (f, t) => t.Activity ?? f.Name);

    /// <summary>Whether the app has any, so that this host must work on the hub.</summary>
    public bool AreThere => orchestrators.Count + activities.Count > 0;

    public FunctionEntry? Orchestrator(string name) => orchestrators.GetValueOrDefault(name);

    public FunctionEntry? Activity(string name) => activities.GetValueOrDefault(name);

    public string NoOrchestrator(string name) => Missing(name, "an orchestrator", "orchestrator", orchestrators);

    public string NoActivity(string name) => Missing(name, "an activity", "activity", activities);

    private static Dictionary<string, FunctionEntry> Named<T>(FunctionCatalog catalog, Func<FunctionEntry, T, string> name) => catalog.Functions
        .Where(f => f.Trigger is T).ToDictionary(f => name(f, (T)(object)f.Trigger), StringComparer.OrdinalIgnoreCase);

    private static string Missing(string name, string what, string kind, Dictionary<string, FunctionEntry> known) =>
        $"The function '{name}' doesn't exist, is disabled, or is not {what} function. Additional info: "
        + (known.Count == 0 ? $"No {kind} functions are currently registered!" : $"The following are the known {kind} functions: '{string.Join("', '", known.Keys)}'.");
}
