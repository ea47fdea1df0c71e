using Microsoft.Extensions.Configuration;

namespace Tidemark.Embedded;

/// <summary>
/// A blob container whose new blobs are announced to a queue: the setting <c>BlobWatcher__{container}</c> holds <c>{queue}</c>,
/// or <c>{queue}|{suffix}</c> for blobs whose name ends in the suffix only.
/// </summary>
internal sealed record WatchedContainer(string Container, string Queue, string Suffix)
{
    public static IEnumerable<WatchedContainer> Read(IConfiguration settings) =>
        settings.GetSection("BlobWatcher").GetChildren()
            .Where(entry => !string.IsNullOrEmpty(entry.Value))
            .Select(entry =>
            {
                string[] parts = entry.Value!.Split('|', 2, StringSplitOptions.TrimEntries);
                return new WatchedContainer(entry.Key.ToLowerInvariant(), QueueNames.Parse(parts[0]), parts.ElementAtOrDefault(1) ?? "");
            });
}
