using System.Text.Json;

namespace Tidemark.Embedded;

/// <summary>What <c>local.settings.json</c> says: its <c>Values</c> are in the environment, its port is here.</summary>
internal sealed record LocalSettings(int Port)
{
    private const int DefaultPort = 7071;

    /// <summary>Reads the file in <paramref name="folder"/>, if there is one; variables that are set already win, as under Core Tools.</summary>
    public static LocalSettings Load(string folder, List<string> problems)
    {
        string path = Path.Combine(folder, "local.settings.json");
        if (!File.Exists(path))
            return new LocalSettings(DefaultPort);
        try
        {
            using JsonDocument settings = JsonDocument.Parse(
                File.ReadAllBytes(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (settings.RootElement.ValueKind != JsonValueKind.Object)
                throw new JsonException("it must be a JSON object.");
            Publish(settings.RootElement, problems);
            return new LocalSettings(ReadPort(settings.RootElement, problems));
        }
        catch (JsonException error)
        {
            problems.Add($"local.settings.json is not JSON that the host can read: {error.Message}");
            return new LocalSettings(DefaultPort);
        }
    }

    private static void Publish(JsonElement settings, List<string> problems)
    {
        if (settings.TryGetProperty("IsEncrypted", out JsonElement encrypted) && encrypted.ValueKind == JsonValueKind.True)
            problems.Add("local.settings.json is encrypted; decrypt it with 'func settings decrypt'.");
        else if (settings.TryGetProperty("Values", out JsonElement values) && values.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty value in values.EnumerateObject())
            {
                if (value.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                    problems.Add($"local.settings.json: Values.{value.Name} must be text, not {value.Value.ValueKind}; use '__' in the name for nested settings.");
                else if (Environment.GetEnvironmentVariable(value.Name) is null)
                    Environment.SetEnvironmentVariable(value.Name, value.Value.ToString());
            }
        }
    }

    private static int ReadPort(JsonElement settings, List<string> problems)
    {
        if (!settings.TryGetProperty("Host", out JsonElement host) || host.ValueKind != JsonValueKind.Object || !host.TryGetProperty("LocalHttpPort", out JsonElement port))
            return DefaultPort;
        if (port.ValueKind == JsonValueKind.Number && port.TryGetInt32(out int number) && number is >= 0 and <= 65535)
            return number;
        problems.Add($"local.settings.json: Host.LocalHttpPort is {port}, but must be a port from 0 (any free one) to 65535.");
        return DefaultPort;
    }
}
