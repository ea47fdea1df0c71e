using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;

namespace Tidemark.Platform.Audit;

/// <summary>Rows of the trail in table <c>audit</c>; all in one partition, so that a row and the new end of the chain are one transaction.</summary>
public abstract class TrailTableRow : ITableEntity
{
    public const string Partition = "trail";

    public string PartitionKey { get; set; } = Partition;

    public string RowKey { get; set; } = "";

    public DateTimeOffset? Timestamp { get; set; }

    public ETag ETag { get; set; }
}

/// <summary>Row <c>end</c>: the last row's place and hash.</summary>
public sealed class TrailEnd : TrailTableRow
{
    public const string Key = "end";

    public TrailEnd() => RowKey = Key;

    public long Sequence { get; set; }

    /// <summary>Hash of the last row; of an empty trail, 64 zeros.</summary>
    public string Hash { get; set; } = TrailRow.Genesis;
}

/// <summary>Row <c>row:{sequence}</c>, never changed and never deleted; the first has the sequence 1.</summary>
public sealed class TrailRow : TrailTableRow
{
    public const string Prefix = "row:";

    /// <summary>What the first row names as the hash before it.</summary>
    public const string Genesis = "0000000000000000000000000000000000000000000000000000000000000000";

    public long Sequence { get; set; }

    /// <summary>When it was written, UTC, as round-trip text: what is hashed is what is stored.</summary>
    public string At { get; set; } = "";

    public string Actor { get; set; } = "";

    public string Action { get; set; } = "";

    public string Subject { get; set; } = "";

    public string Decision { get; set; } = "";

    public string Correlation { get; set; } = "";

    /// <summary>Tells the writer its own row after a lost answer.</summary>
    public string Token { get; set; } = "";

    /// <summary>Hash of the row before.</summary>
    public string Previous { get; set; } = "";

    /// <summary>See <see cref="HashOf"/>.</summary>
    public string Hash { get; set; } = "";

    public static string Key(long sequence) => Prefix + sequence.ToString("D19", CultureInfo.InvariantCulture);

    /// <summary>
    /// SHA-256, in lower-case hexadecimal digits, of the UTF-8 JSON array of the row's fields as texts:
    /// <c>[sequence, at, actor, action, subject, decision, correlation, token, previous]</c>.
    /// </summary>
    public string HashOf() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(
        [Sequence.ToString(CultureInfo.InvariantCulture), At, Actor, Action, Subject, Decision, Correlation, Token, Previous], AuditJson.Default.StringArray)));
}
