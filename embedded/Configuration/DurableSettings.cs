using System.Text.RegularExpressions;

namespace Tidemark.Embedded;

internal enum VersionMatch
{
    None,
    Strict,
    CurrentOrOlder,
}

/// <summary>What host.json says of the task hub. Settings of the genuine extension that have no meaning here are checked and left at that.</summary>
/// <param name="HubName">Letters and digits, a letter first, 3..45. Default <c>TestHubName</c>.</param>
/// <param name="Connection">Name of the storage connection. Default <c>AzureWebJobsStorage</c>.</param>
/// <param name="MaxPollingInterval">Longest wait between two looks into an empty queue. Default 30 s.</param>
/// <param name="MaxConcurrentActivities">Default 10 a core.</param>
/// <param name="MaxConcurrentOrchestrators">Default 10 a core.</param>
/// <param name="MaxOrchestrationActions">In one episode. Default 100,000.</param>
/// <param name="DefaultVersion">Version of instances that are started without one. Default empty.</param>
/// <param name="MatchStrategy">Which versions this host works on. Default none are refused.</param>
/// <param name="FailsOtherVersions">Whether instances of other versions fail, rather than wait for another host.</param>
internal sealed partial record DurableSettings(
    string HubName,
    string? Connection,
    TimeSpan MaxPollingInterval,
    int MaxConcurrentActivities,
    int MaxConcurrentOrchestrators,
    int MaxOrchestrationActions,
    string DefaultVersion,
    VersionMatch MatchStrategy,
    bool FailsOtherVersions)
{
    private const string Root = "extensions:durableTask";

    public bool Accepts(string version) => MatchStrategy switch
    {
        VersionMatch.Strict => OrchestrationVersions.Compare(version, DefaultVersion) == 0,
        VersionMatch.CurrentOrOlder => OrchestrationVersions.Compare(version, DefaultVersion) <= 0,
        _ => true,
    };

    public static DurableSettings Read(SettingReader reader)
    {
        CheckUnused(reader);
        int parallel = 10 * Environment.ProcessorCount;
        return new(
            reader.Pattern($"{Root}:hubName", "TestHubName", Hub(), "3 to 45 letters and digits, a letter first"),
            reader.Text($"{Root}:storageProvider:connectionName", null) ?? reader.Text($"{Root}:storageProvider:connectionStringName", null),
            reader.Time($"{Root}:storageProvider:maxQueuePollingInterval", TimeSpan.FromSeconds(30), QueueSettings.MinPollingInterval, TimeSpan.MaxValue),
            reader.Number($"{Root}:maxConcurrentActivityFunctions", parallel, 1, int.MaxValue),
            reader.Number($"{Root}:maxConcurrentOrchestratorFunctions", parallel, 1, int.MaxValue),
            reader.Number($"{Root}:maxOrchestrationActions", 100_000, 1, int.MaxValue),
            reader.Text($"{Root}:defaultVersion", "") ?? "",
            Enum.Parse<VersionMatch>(reader.Choice($"{Root}:versionMatchStrategy", nameof(VersionMatch.None), Enum.GetNames<VersionMatch>())),
            reader.Choice($"{Root}:versionFailureStrategy", "Reject", ["Reject", "Fail"]) == "Fail");
    }

    /// <summary>Settings of parts that the embedded hub does not have: partitions, sessions kept in memory, other stores.</summary>
    private static void CheckUnused(SettingReader reader)
    {
        reader.Choice($"{Root}:storageProvider:type", "AzureStorage", ["AzureStorage"]);
        reader.Choice($"{Root}:overridableExistingInstanceStates", "NonRunningStates", ["NonRunningStates"]);
        reader.Number($"{Root}:storageProvider:partitionCount", 4, 1, 16);
        reader.Time($"{Root}:storageProvider:controlQueueVisibilityTimeout", TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(1), TimeSpan.FromDays(7));
        reader.Time($"{Root}:storageProvider:workItemQueueVisibilityTimeout", TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(1), TimeSpan.FromDays(7));
        foreach (string flag in (string[])["storageProvider:useTablePartitionManagement", "extendedSessionsEnabled", "useAppLease"])
            reader.Choice($"{Root}:{flag}", "false", ["true", "false"]);
    }

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]{2,44}$", RegexOptions.CultureInvariant)]
    private static partial Regex Hub();
}
