using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace Tidemark.Embedded;

/// <summary>
/// Keys that callers must send, from the settings <c>FunctionKeys__{function}__{name}</c>, <c>FunctionKeys__host__{name}</c>
/// (every function), <c>FunctionKeys__system__{name}</c> and <c>FunctionKeys__master</c>. Without any, nothing is asked,
/// as under Core Tools.
/// </summary>
internal sealed class FunctionKeys
{
    private const string Section = "FunctionKeys";
    private readonly Dictionary<string, List<byte[]>> hashes = new(StringComparer.OrdinalIgnoreCase);

    public FunctionKeys(IConfiguration configuration)
    {
        foreach (IConfigurationSection owner in configuration.GetSection(Section).GetChildren())
        {
            List<byte[]> keys = hashes[owner.Key] = [];
            foreach (string? key in owner.GetChildren().Select(k => k.Value).Append(owner.Value).Where(k => !string.IsNullOrEmpty(k)))
                keys.Add(Hash(key!));
        }
    }

    /// <summary>False where no key is configured: then every caller may call.</summary>
    public bool AreAsked => hashes.Values.Any(k => k.Count > 0);

    /// <summary>Whether the caller's key, in the header <c>x-functions-key</c> or the query value <c>code</c>, is good for that function.</summary>
    public bool Accept(HttpRequest request, AuthorizationLevel level, string? function)
    {
        if (!AreAsked || level == AuthorizationLevel.Anonymous)
            return true;
        string? given = request.Headers["x-functions-key"];
        if (string.IsNullOrEmpty(given))
            given = request.Query["code"];
        if (string.IsNullOrEmpty(given))
            return false;
        byte[] hash = Hash(given);
        bool good = Holds("master", hash);
        if (level == AuthorizationLevel.Function)
            good |= Holds("host", hash) | (function is not null && Holds(function, hash));
        if (level == AuthorizationLevel.System)
            good |= Holds("system", hash);
        return good;
    }

    /// <summary>Compares with every key of an owner, in the same time whichever matches.</summary>
    private bool Holds(string owner, byte[] hash)
    {
        bool found = false;
        foreach (byte[] key in hashes.GetValueOrDefault(owner) ?? [])
            found |= CryptographicOperations.FixedTimeEquals(key, hash);
        return found;
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
