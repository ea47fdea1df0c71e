using System.Security.Cryptography;
using System.Text;

namespace Tidemark.Retraining.Datasets;

/// <summary>A CSV file (RFC 4180, UTF-8, line feeds) in a temporary file, hashed while it is written; gone when it is disposed.</summary>
internal sealed class CsvFile : IDisposable
{
    private static readonly System.Buffers.SearchValues<char> Special = System.Buffers.SearchValues.Create(",;\t|\"\r\n");

    private readonly FileStream file = new(Path.Combine(Path.GetTempPath(), $"tidemark-{Guid.NewGuid():N}.csv"), new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.ReadWrite,
        Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
        BufferSize = 1 << 16,
    });

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly StringBuilder line = new();

    public long Rows { get; private set; } = -1; // the header line is no row

    public long Length => file.Length;

    public void Add(IEnumerable<string> cells)
    {
        line.Clear();
        foreach (string cell in cells)
        {
            if (cell.AsSpan().ContainsAny(Special)) line.Append('"').Append(cell.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
            else line.Append(cell);
            line.Append(',');
        }

        line[^1] = '\n';
        byte[] bytes = Encoding.UTF8.GetBytes(line.ToString());
        hash.AppendData(bytes);
        file.Write(bytes);
        Rows++;
    }

    /// <summary>SHA-256 of what was written, and the file from its start.</summary>
    public (string Sha256, Stream Content) Finish()
    {
        file.Flush();
        file.Position = 0;
        return (Convert.ToHexStringLower(hash.GetHashAndReset()), file);
    }

    public void Dispose()
    {
        hash.Dispose();
        file.Dispose();
    }
}
