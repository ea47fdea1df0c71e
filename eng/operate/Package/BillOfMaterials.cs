using System.Text.Json.Nodes;

namespace Tidemark.Operate.Package;

/// <summary>Which packages are in a published folder, by its <c>.deps.json</c>, as CycloneDX 1.5 (ECMA-424).</summary>
internal static class BillOfMaterials
{
    /// <returns>The number of packages.</returns>
    /// <exception cref="OperateException">The folder has no application.</exception>
    public static int Write(string folder, string path)
    {
        string deps = Directory.EnumerateFiles(folder, "Tidemark.*.deps.json").Order(StringComparer.Ordinal).FirstOrDefault()
            ?? throw new OperateException($"'{folder}' holds no published application: there is no Tidemark.*.deps.json.");
        var libraries = JsonNode.Parse(File.ReadAllText(deps))!["libraries"]!.AsObject();
        JsonNode[] components = [.. libraries.Where(l => (string?)l.Value!["type"] == "package").OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => Component(l.Key, (string?)l.Value!["sha512"]))];
        var document = new JsonObject
        {
            ["bomFormat"] = "CycloneDX",
            ["specVersion"] = "1.5",
            ["version"] = 1,
            ["metadata"] = new JsonObject { ["component"] = new JsonObject { ["type"] = "application", ["name"] = Path.GetFileName(deps).Replace(".deps.json", "", StringComparison.Ordinal) } },
            ["components"] = new JsonArray(components),
        };
        File.WriteAllText(path, document.ToJsonString(new() { WriteIndented = true }));
        return components.Length;
    }

    /// <param name="key">Name and version, <c>Azure.Core/1.53.0</c>.</param>
    /// <param name="hash"><c>sha512-</c> and base64; empty for packages that were restored from a folder.</param>
    private static JsonObject Component(string key, string? hash)
    {
        string[] parts = key.Split('/');
        JsonObject component = new() { ["type"] = "library", ["name"] = parts[0], ["version"] = parts[1], ["purl"] = $"pkg:nuget/{parts[0]}@{parts[1]}" };
        if (hash is { Length: > 7 }) component["hashes"] = new JsonArray(new JsonObject { ["alg"] = "SHA-512", ["content"] = Convert.ToHexStringLower(Convert.FromBase64String(hash["sha512-".Length..])) });
        return component;
    }
}
