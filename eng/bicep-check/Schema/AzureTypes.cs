using Azure.Bicep.Types;
using Azure.Bicep.Types.Az;
using Azure.Bicep.Types.Concrete;

namespace Tidemark.BicepCheck.Schema;

/// <summary>Azure's resource types as Microsoft publishes them for the Bicep compiler (package Azure.Bicep.Types.Az). The index takes part of a second; each type is read when asked for.</summary>
internal sealed class AzureTypes
{
    private readonly AzTypeLoader loader = new();
    private readonly Dictionary<string, CrossFileTypeReference> index;
    private readonly ILookup<string, string> versions;
    private readonly Dictionary<string, ResourceType> read = new(StringComparer.OrdinalIgnoreCase);

    public AzureTypes()
    {
        index = new(loader.LoadTypeIndex().Resources, StringComparer.OrdinalIgnoreCase);
        versions = index.Keys.ToLookup(key => ResourceReference.Parse(key).Type, key => ResourceReference.Parse(key).Version, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Versions of a type, the oldest first; none where the type does not exist.</summary>
    public IReadOnlyList<string> Versions(string type) => [.. versions[type].Order(StringComparer.Ordinal)];

    /// <summary>Names of the types of a provider.</summary>
    public IEnumerable<string> TypesOf(string provider) => versions.Select(v => v.Key).Where(type => type.StartsWith(provider + "/", StringComparison.OrdinalIgnoreCase));

    public ResourceType? Find(ResourceReference reference)
    {
        if (read.TryGetValue(reference.ToString(), out var type)) return type;
        return index.TryGetValue(reference.ToString(), out var place) ? read[reference.ToString()] = loader.LoadResourceType(place) : null;
    }
}

/// <summary>A resource type and its API version, as in <c>'Microsoft.Web/sites@2024-11-01'</c>.</summary>
internal sealed record ResourceReference(string Type, string Version)
{
    /// <summary>The provider's namespace, <c>Microsoft.Web</c>.</summary>
    public string Provider => Type.Split('/')[0];

    public bool Is(string type) => Type.Equals(type, StringComparison.OrdinalIgnoreCase);

    public static ResourceReference Parse(string text)
    {
        int at = text.IndexOf('@');
        return at < 0 ? new(text, "") : new(text[..at], text[(at + 1)..]);
    }

    /// <summary>The type of a resource declared within the body of another, whose version it has unless it names its own.</summary>
    public ResourceReference Within(ResourceReference parent) => new($"{parent.Type}/{Type}", Version.Length > 0 ? Version : parent.Version);

    public override string ToString() => $"{Type}@{Version}";
}
