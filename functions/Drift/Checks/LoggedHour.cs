using System.Globalization;
using Tidemark.Platform.PredictionLog;
using Tidemark.Registry;

namespace Tidemark.Drift.Checks;

/// <summary>What the log holds of an hour: by version, files and rows.</summary>
public sealed record LoggedHour(IReadOnlyList<(ModelVersion Version, int Files, long Rows)> Parts)
{
    public IEnumerable<ModelVersion> Versions => Parts.Select(p => p.Version);

    /// <summary>As noted with a check: other text, other rows.</summary>
    public string Seen => string.Join(' ', Parts.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Version}:{p.Files}:{p.Rows}")));

    public static async Task<LoggedHour> ReadAsync(LogStore log, ModelName model, DateTimeOffset hour, CancellationToken cancellation)
    {
        var files = await log.FilesAsync(LogRange.Of(model.ToString(), version: null, hour), cancellation).ToListAsync(cancellation);
        return new([.. files.GroupBy(f => f.Version).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => (Version: ModelVersion.Parse(g.Key), Files: g.Count(), Rows: g.Sum(f => f.Rows))).Where(p => p.Version.Ok).Select(p => (p.Version.Value, p.Files, p.Rows))]);
    }
}
