using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Storage;

/// <summary>A file of data in one of the suite's containers for data: <c>container/path</c>.</summary>
public sealed record BlobReference(string Container, string Path)
{
    private const int Longest = 1024;

    private static readonly string[] Containers =
        [StorageNames.Containers.Incoming, StorageNames.Containers.Datasets, StorageNames.Containers.Results, StorageNames.Containers.Quarantine];

    public static Outcome<BlobReference> Parse(string? text)
    {
        string[] parts = (text ?? "").Split('/', 2);
        bool sound = parts.Length == 2 && Containers.Contains(parts[0]) && parts[1].Length is > 0 and <= Longest
            && !parts[1].Split('/').Any(part => part is "" or "." or "..") && !parts[1].Any(char.IsControl);
        return sound ? new BlobReference(parts[0], parts[1]) : new Failure(
            FailureKind.Malformed, "Not a blob",
            $"'{(text is { Length: > 80 } ? text[..80] + "…" : text)}' is not a blob of data: write container/path with one of the containers {string.Join(", ", Containers)}.");
    }

    public override string ToString() => $"{Container}/{Path}";
}
