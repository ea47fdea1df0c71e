using System.Text.Json.Serialization;

namespace Tidemark.Registry;

public sealed record ModelSummary(string Name, string? Champion);

/// <param name="Next">Cursor of the next page; absent on the last.</param>
public sealed record ModelPage(IReadOnlyList<ModelSummary> Models, string? Next);

public sealed record ModelView(string Name, IReadOnlyDictionary<string, string> Aliases, IReadOnlyList<VersionView> Versions);

/// <param name="Reason">Why it was rejected.</param>
/// <param name="Manifest">Only when one version is asked for, and sealed.</param>
public sealed record VersionView(
    string Version,
    [property: JsonConverter(typeof(CamelCaseWords<VersionState>))] VersionState State,
    string Sha256,
    long Size,
    DateTimeOffset Created,
    string CreatedBy,
    IReadOnlyList<string> Aliases,
    string? Reason,
    ModelManifest? Manifest)
{
    public static VersionView Of(VersionRow row, ModelManifest? manifest) => new(
        row.Version, row.State, row.Sha256, row.Size, row.Created, row.CreatedBy, row.AliasList(), row.Reason, manifest);
}

/// <param name="Previous">What the alias named before; absent for the first move.</param>
public sealed record AliasView(string Model, string Alias, string Version, string? Previous, long Sequence, DateTimeOffset Since, string By)
{
    public static AliasView Of(AliasRow row) => new(
        row.PartitionKey, row.RowKey[AliasRow.Prefix.Length..], row.Version, row.Previous, row.Sequence, row.At, row.By);
}

public sealed record AliasRequest(string? Version, string? Reason);

public sealed record RollbackRequest(string? Alias, string? Reason);

/// <param name="Next">Send as <c>cursor</c> for the next page; absent on the last.</param>
public sealed record HistoryPage(string Model, string Alias, IReadOnlyList<HistoryView> Moves, string? Next);

public sealed record HistoryView(
    long Sequence,
    [property: JsonConverter(typeof(CamelCaseWords<MoveKind>))] MoveKind Kind,
    string Version,
    string? Previous,
    DateTimeOffset At,
    string By,
    string? Reason)
{
    public static HistoryView Of(HistoryRow row) => new(row.Sequence, row.Kind, row.Version, row.Previous, row.At, row.By, row.Reason);
}

/// <summary>Enum members as camelCase words.</summary>
public sealed class CamelCaseWords<T>() : JsonStringEnumConverter<T>(System.Text.Json.JsonNamingPolicy.CamelCase, allowIntegerValues: false) where T : struct, Enum;
