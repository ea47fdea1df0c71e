using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Data.Tables;
using Tidemark.Platform.Alerts;

namespace Tidemark.Operations.Alerts;

/// <summary>
/// Rows of table <c>alerts</c>. All are in one partition, so that an alert, the note that it is to be told (the outbox), and what keeps similar
/// ones quiet change in one transaction. Alerts are few; one partition takes some thousand a second.
/// </summary>
public abstract class AlertTableRow : ITableEntity
{
    public const string Partition = "alerts";

    public string PartitionKey { get; set; } = Partition;

    public string RowKey { get; set; } = "";

    public DateTimeOffset? Timestamp { get; set; }

    public ETag ETag { get; set; }
}

/// <summary>Row <c>at:{time, falling}:{id}</c>: an alert, so that the newest comes first.</summary>
public sealed class AlertRow : AlertTableRow
{
    public const string Prefix = "at:";

    public string Model { get; set; } = "";

    public string Kind { get; set; } = "";

    public AlertSeverity Severity { get; set; }

    public string Title { get; set; } = "";

    public string Detail { get; set; } = "";

    public string Subject { get; set; } = "";

    public string Window { get; set; } = "";

    /// <summary>When it was found.</summary>
    public DateTimeOffset Found { get; set; }

    public string? Runbook { get; set; }

    /// <summary>Text of a message that could not be read.</summary>
    public string? Raw { get; set; }

    public AlertState State { get; set; }

    /// <summary>Why it failed, or why the last try did.</summary>
    public string? Reason { get; set; }

    /// <summary>How often the same was found again.</summary>
    public int Repeats { get; set; }

    /// <summary>How many of the same model, kind and subject were kept quiet for this one.</summary>
    public int Similar { get; set; }

    /// <summary>The one for which this one was kept quiet.</summary>
    public string? SuppressedBy { get; set; }

    /// <summary>Posts tried.</summary>
    public int Attempts { get; set; }

    /// <summary>Id of the queue message that came last: the same message taken again is no repeat.</summary>
    public string Message { get; set; } = "";

    /// <summary>Token of who wrote the row first, to tell "mine" after a retried insert.</summary>
    public string Owner { get; set; } = "";

    public DateTimeOffset Received { get; set; }

    public DateTimeOffset? Delivered { get; set; }

    public DateTimeOffset? AcknowledgedAt { get; set; }

    public string? AcknowledgedBy { get; set; }

    public string? AcknowledgedNote { get; set; }

    public string Id => RowKey[^64..];

    /// <summary>Entity tag that callers see and send back, quotes included.</summary>
    public string Tag => $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ETag.ToString())).AsSpan(0, 8))}\"";

    public static string Key(DateTimeOffset found, string id) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix}{DateTimeOffset.MaxValue.UtcTicks - found.UtcTicks:D19}:{id}");
}

/// <summary>Row <c>id:{id}</c>: where the alert is.</summary>
public sealed class AlertPlace : AlertTableRow
{
    public string Row { get; set; } = "";

    public static string Key(string id) => "id:" + id;
}

/// <summary>Row <c>due:{id}</c>, the outbox: an alert that is still to be told.</summary>
public sealed class DueRow : AlertTableRow
{
    public const string Prefix = "due:";

    /// <summary>Nobody tells it before: another is at it, or the webhook needs time.</summary>
    public DateTimeOffset NotBefore { get; set; }

    public string Id => RowKey[Prefix.Length..];

    public static string Key(string id) => Prefix + id;
}

/// <summary>Row <c>quiet:{hash}</c>: until when alerts of a model, kind and subject are kept quiet, and for which.</summary>
public sealed class QuietRow : AlertTableRow
{
    public string Alert { get; set; } = "";

    public AlertSeverity Severity { get; set; }

    public DateTimeOffset Until { get; set; }

    public static string Key(string model, string kind, string subject) =>
        "quiet:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{model}|{kind}|{subject}")));
}
