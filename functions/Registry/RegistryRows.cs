using System.Globalization;
using Azure;
using Azure.Data.Tables;

namespace Tidemark.Registry;

/// <summary>Where a version stands. Only a sealed one can be named by an alias or served.</summary>
public enum VersionState
{
    /// <summary>Its number is taken and its file is on the way or being verified.</summary>
    Uploading,

    /// <summary>Uploaded, read back, verified, described: it never changes again.</summary>
    Sealed,

    /// <summary>The file that was dropped can't be served; the reason says why. A corrected file may be dropped in its place.</summary>
    Rejected,

    /// <summary>Deleted; its number is not given out again.</summary>
    Deleted,
}

public enum MoveKind
{
    Promotion,
    Rollback,
}

/// <summary>
/// Rows of table <c>models</c>. All rows of a model are in one partition, so that an alias, its history, its audit row and the versions
/// concerned change in one transaction. Partition <c>_models</c> (no model name begins like that) lists the models.
/// </summary>
public abstract class RegistryRow : ITableEntity
{
    public string PartitionKey { get; set; } = "";

    public string RowKey { get; set; } = "";

    public DateTimeOffset? Timestamp { get; set; }

    public ETag ETag { get; set; }
}

/// <summary>Row <c>version:{version}</c>.</summary>
public sealed class VersionRow : RegistryRow
{
    public const string Prefix = "version:";

    public VersionState State { get; set; }

    /// <summary>Token of the upload that took the number, to tell "mine" after a retried insert.</summary>
    public string Owner { get; set; } = "";

    /// <summary>True when the file was dropped into the container, not posted.</summary>
    public bool Dropped { get; set; }

    public string Sha256 { get; set; } = "";

    public long Size { get; set; }

    public DateTimeOffset Created { get; set; }

    public string CreatedBy { get; set; } = "";

    /// <summary>The <see cref="ModelMetadata"/> as JSON.</summary>
    public string Metadata { get; set; } = "{}";

    /// <summary>Why it was rejected.</summary>
    public string? Reason { get; set; }

    /// <summary>Aliases that name this version, comma-separated: moved in the alias's own transaction, so that a deletion can't race it.</summary>
    public string Aliases { get; set; } = "";

    public string Version => RowKey[Prefix.Length..];

    public static string Key(ModelVersion version) => Prefix + version;

    public void AddAlias(AliasName alias) => Aliases = string.Join(',', AliasList().Append(alias.ToString()).Distinct().Order(StringComparer.Ordinal));

    public void RemoveAlias(AliasName alias) => Aliases = string.Join(',', AliasList().Where(a => a != alias.ToString()));

    public string[] AliasList() => Aliases.Split(',', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Row <c>sha256:{hash}</c>: which version holds these bytes.</summary>
public sealed class ContentRow : RegistryRow
{
    public string Version { get; set; } = "";

    public static string Key(string sha256) => "sha256:" + sha256;
}

/// <summary>What a move of an alias leaves behind: in the alias row as it stands now, in the history row for good.</summary>
public abstract class MoveRow : RegistryRow
{
    public string Version { get; set; } = "";

    public string? Previous { get; set; }

    public long Sequence { get; set; }

    /// <summary>Sequence of the history row that a rollback restores; 0 when there is none.</summary>
    public long Below { get; set; }

    /// <summary>Token of the move that wrote this row.</summary>
    public string Change { get; set; } = "";

    public DateTimeOffset At { get; set; }

    public string By { get; set; } = "";
}

/// <summary>Row <c>alias:{alias}</c>: what the alias names now, and which history row that is.</summary>
public sealed class AliasRow : MoveRow
{
    public const string Prefix = "alias:";

    /// <summary>The entity tag that callers see and send back, quotes included.</summary>
    public string Tag => string.Create(CultureInfo.InvariantCulture, $"\"{Sequence}-{Change[..8]}\"");

    public static string Key(AliasName alias) => Prefix + alias;
}

/// <summary>Row <c>history:{alias}:{sequence}</c>: one move of an alias; written once.</summary>
public sealed class HistoryRow : MoveRow
{
    public MoveKind Kind { get; set; }

    public string? Reason { get; set; }

    public static string Prefix(AliasName alias) => $"history:{alias}:";

    public static string Key(AliasName alias, long sequence) => string.Create(CultureInfo.InvariantCulture, $"history:{alias}:{sequence:D10}");
}

/// <summary>Row <c>key:{hash}</c>: a move asked for under an Idempotency-Key, and the history row that it became.</summary>
public sealed class KeyRow : RegistryRow
{
    public string Alias { get; set; } = "";

    public long Sequence { get; set; }
}

/// <summary>Row <c>audit:{ticks}:{token}</c>: who did what, when and why.</summary>
public sealed class AuditRow : RegistryRow
{
    public string Action { get; set; } = "";

    public string Subject { get; set; } = "";

    public DateTimeOffset At { get; set; }

    public string By { get; set; } = "";

    public string? Detail { get; set; }

    public static AuditRow Of(string partition, string action, string subject, string by, DateTimeOffset at, string token, string? detail = null) => new()
    {
        PartitionKey = partition,
        RowKey = string.Create(CultureInfo.InvariantCulture, $"audit:{at.UtcTicks:D19}:{token}"),
        Action = action,
        Subject = subject,
        At = at,
        By = by,
        Detail = detail,
    };
}

/// <summary>Row of partition <c>_models</c>: there is a model of this name.</summary>
public sealed class ModelRow : RegistryRow
{
    public const string Partition = "_models";
}
