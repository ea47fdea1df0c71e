using System.Security.Cryptography;
using System.Text.Json;

namespace Tidemark.Operate.Backup;

/// <param name="Content">SHA-256 of its bytes, by which they lie in the folder <c>content</c>.</param>
internal sealed record BlobRecord(string Container, string Name, string Content, long Size, string? ContentType, Dictionary<string, string> Metadata);

/// <param name="Rows">Rows of each table.</param>
internal sealed record Summary(DateTimeOffset Taken, Dictionary<string, int> Rows, Dictionary<string, int> Blobs, string Hash);

/// <summary>
/// An export on disk: <c>tables/{table}.jsonl</c>, <c>blobs.jsonl</c>, <c>content/{sha256}</c>, and last of all <c>export.json</c>,
/// whose hash is that of all the lists. Names of blobs never become paths.
/// </summary>
internal sealed class BackupFolder(string path)
{
    private const string Last = "export.json";

    public string TableFile(string table) => Path.Combine(Made("tables"), table + ".jsonl");

    public string BlobFile => Path.Combine(path, "blobs.jsonl");

    public string ContentFile(string hash) => Path.Combine(Made("content"), hash);

    public void RequireEmpty()
    {
        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()) throw new OperateException($"'{path}' is not empty: name a new folder.");
        Directory.CreateDirectory(path);
    }

    public async Task SealAsync(DateTimeOffset taken, Dictionary<string, int> rows, Dictionary<string, int> blobs) =>
        await File.WriteAllTextAsync(Path.Combine(path, Last), JsonSerializer.Serialize(new Summary(taken, rows, blobs, await HashAsync()), JsonSerializerOptions.Web));

    /// <exception cref="OperateException">The export is not whole, or was changed afterwards.</exception>
    public async Task<Summary> RequireWholeAsync()
    {
        string file = Path.Combine(path, Last);
        if (!File.Exists(file)) throw new OperateException($"'{path}' holds no whole export: {Last}, which is written last, is not there.");
        var summary = JsonSerializer.Deserialize<Summary>(await File.ReadAllTextAsync(file), JsonSerializerOptions.Web)!;
        return await HashAsync() == summary.Hash ? summary : throw new OperateException($"The lists in '{path}' are not those that were exported.");
    }

    public IEnumerable<BlobRecord> Blobs() => File.ReadLines(BlobFile).Select(line => JsonSerializer.Deserialize<BlobRecord>(line, JsonSerializerOptions.Web)!);

    /// <exception cref="OperateException">The file is not what was exported.</exception>
    public async Task<byte[]> ContentAsync(BlobRecord blob)
    {
        byte[] bytes = await File.ReadAllBytesAsync(ContentFile(blob.Content));
        return Convert.ToHexStringLower(SHA256.HashData(bytes)) == blob.Content ? bytes : throw new OperateException($"The content of {blob.Container}/{blob.Name} in '{path}' is damaged.");
    }

    private string Made(string folder) => Directory.CreateDirectory(Path.Combine(path, folder)).FullName;

    private async Task<string> HashAsync()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in Directory.EnumerateFiles(Made("tables")).Order(StringComparer.Ordinal).Append(BlobFile)) hash.AppendData(await File.ReadAllBytesAsync(file));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
