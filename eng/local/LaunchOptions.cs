namespace Tidemark.Local;

/// <summary>What <c>./run</c> was asked.</summary>
internal sealed record LaunchOptions(string Root)
{
    /// <summary>Port of the suite.</summary>
    /// <value>Null: the one in <c>local.settings.json</c>, 7071 as with Azure Functions Core Tools; 0: any free port.</value>
    public int? Port { get; init; }

    /// <summary>Port of the blob service; queues and tables take the two that follow.</summary>
    /// <value>Default 10000, as <c>UseDevelopmentStorage=true</c> means it; 0: any free ports.</value>
    public int StoragePort { get; init; } = 10000;

    /// <summary>Folder that Azurite keeps its data in.</summary>
    /// <value>Default <c>.azurite</c> in the clone.</value>
    public string Data { get; init; } = Path.Combine(Root, ".azurite");

    /// <summary>Do everything once on storage in memory, check the answers against the committed figures, stop.</summary>
    public bool Check { get; init; }

    /// <summary>A story to show once everything is up.</summary>
    /// <value>Null: none; <c>decay</c>: a sensor model that decays and is trained anew by itself.</value>
    public string? Demo { get; init; }
}
