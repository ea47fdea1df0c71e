using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;

namespace Tidemark.Embedded;

/// <summary>
/// The host's own blobs in the container <c>azure-webjobs-hosts</c> of <c>AzureWebJobsStorage</c>, under the names that the genuine host uses.
/// Hosts with the same <paramref name="hostId"/> share their timers and their blob watcher.
/// </summary>
internal sealed partial class HostStorage(BlobServiceClient blobs, string hostId)
{
    private const int MaxIdLength = 32;

    private readonly BlobContainerClient container = blobs.GetBlobContainerClient("azure-webjobs-hosts");

    public string HostId => hostId;

    public BlobClient TimerStatus(string function) => container.GetBlobClient($"timers/{hostId}/Host.Functions.{function}/status");

    public BlobClient ListenerLock(string function) => container.GetBlobClient($"locks/{hostId}/Host.Functions.{function}.Listener");

    public BlobClient BlobWatcherLock => container.GetBlobClient($"locks/{hostId}/BlobWatcher");

    /// <summary>The setting <c>AzureFunctionsWebHost__hostid</c>, else the name of the site in Azure or of the program, as up to 32 letters, digits and hyphens.</summary>
    public static string IdOf(IConfiguration settings, string program)
    {
        string text = settings["AzureFunctionsWebHost:hostid"] ?? settings["WEBSITE_SITE_NAME"] ?? program;
        string id = NotAllowed().Replace(text.ToLowerInvariant(), "-").Trim('-');
        return (id.Length > MaxIdLength ? id[..MaxIdLength] : id).TrimEnd('-');
    }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotAllowed();
}
