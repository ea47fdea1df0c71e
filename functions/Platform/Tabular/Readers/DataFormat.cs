using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Tabular.Readers;

/// <summary>How rows are written; each may be packed with gzip.</summary>
public enum DataFormat
{
    Csv,
    JsonLines,
}

public static class DataFormats
{
    /// <summary>By the end of a file's name; null when it is none that is known.</summary>
    public static DataFormat? OfName(string name)
    {
        string plain = name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? name[..^3] : name;
        return Path.GetExtension(plain).ToLowerInvariant() switch
        {
            ".csv" => DataFormat.Csv,
            ".jsonl" or ".ndjson" => DataFormat.JsonLines,
            _ => null,
        };
    }

    /// <summary>By a Content-Type; null when it is none that is known.</summary>
    public static DataFormat? OfContentType(string? contentType) => contentType?.Split(';')[0].Trim().ToLowerInvariant() switch
    {
        "text/csv" or "application/csv" => DataFormat.Csv,
        "application/jsonl" or "application/x-ndjson" or "application/jsonlines" => DataFormat.JsonLines,
        _ => null,
    };

    /// <summary>A reader of the stream, which it owns from here on.</summary>
    public static async Task<Outcome<TableReader>> OpenAsync(this DataFormat format, Stream stream, IReadOnlyDictionary<string, ColumnKind>? kinds, CancellationToken cancellation)
    {
        kinds ??= new Dictionary<string, ColumnKind>();
        return format == DataFormat.Csv
            ? (await CsvReader.OpenAsync(stream, new() { Kinds = kinds }, cancellation)).Map<TableReader>(r => r)
            : (await JsonLinesReader.OpenAsync(stream, new() { Kinds = kinds }, cancellation)).Map<TableReader>(r => r);
    }
}
