using System.Text;
using System.Text.Json;
using Tidemark.BatchScoring.Planning;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Readers;

namespace Tidemark.BatchScoring.Scoring;

/// <summary>The caller's own key of a row.</summary>
internal sealed class RowKey(BatchPlan plan)
{
    private readonly int column = plan.Key is null ? -1 : plan.Header?.ToList().IndexOf(plan.Key) ?? -1;

    /// <summary>Of a row that was read; null when it has none.</summary>
    public string? Of(TableReader reader, int row)
    {
        if (plan.Key is null)
            return null;
        if (reader is CsvReader csv)
            return column < 0 ? null : Encoding.UTF8.GetString(csv.Cell(row, column)) is { Length: > 0 } key ? key : null;
        Column? cells = reader.Batch.Find(plan.Key);
        return cells is null || cells.IsMissing(row) ? null : Convert.ToString(cells.Cell(row), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Of a row that could not be read, where its text lets the key be found.</summary>
    public async ValueTask<string?> OfTextAsync(string text)
    {
        if (plan.Key is null)
            return null;
        if (plan.Header is null)
            return OfLine(text);
        using var scanner = new CsvScanner(new MemoryStream(Encoding.UTF8.GetBytes(text)), int.MaxValue) { Separator = (byte)plan.Separator };
        await scanner.NextAsync(1, 0, CancellationToken.None);
        return column >= 0 && scanner.Rows > 0 && scanner.Found[0].Cells > column ? Encoding.UTF8.GetString(scanner.Cell(scanner.Found[0].FirstCell + column)) : null;
    }

    private string? OfLine(string text)
    {
        try
        {
            using JsonDocument line = JsonDocument.Parse(text);
            return line.RootElement.ValueKind == JsonValueKind.Object && line.RootElement.TryGetProperty(plan.Key!, out JsonElement key) ? key.ToString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
