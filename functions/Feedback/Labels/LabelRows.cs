using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Tidemark.Platform.PredictionLog;
using Tidemark.Registry;

namespace Tidemark.Feedback.Labels;

/// <summary>One label as it was sent: of two the one received later counts.</summary>
/// <param name="Label">The label's text.</param>
/// <param name="Received">When it was accepted, UTC.</param>
/// <param name="Submission">Id of the submission that brought it.</param>
/// <param name="Row">Its place there.</param>
public sealed record LabelEntry(string Label, DateTimeOffset Received, string Submission, long Row);

/// <summary>What is known of the truth of one prediction, or of one key: the entries so far, the one that counts last.</summary>
internal sealed class LabelRow : ITableEntity
{
    /// <value>Entries that are kept; the oldest go first. 50.</value>
    private const int MostEntries = 50;

    public string PartitionKey { get; set; } = "";

    public string RowKey { get; set; } = "";

    public DateTimeOffset? Timestamp { get; set; }

    public ETag ETag { get; set; }

    /// <summary>The label that counts.</summary>
    public string Label { get; set; } = "";

    /// <summary>JSON list of <see cref="LabelEntry"/>, in the order in which they were received.</summary>
    public string Entries { get; set; } = "[]";

    /// <summary>The key in plain text; null for a label by prediction id.</summary>
    public string? Key { get; set; }

    public IReadOnlyList<LabelEntry> History() => JsonSerializer.Deserialize(Entries, FeedbackJson.Default.ListLabelEntry)!;

    /// <summary>Puts an entry in its place. False when it is there already, or older than all that are kept.</summary>
    public bool Add(LabelEntry entry)
    {
        var entries = History().ToList();
        if (entries.Exists(known => known.Submission == entry.Submission && known.Row == entry.Row))
            return false;
        entries.Add(entry);
        entries = [.. entries.OrderBy(e => e.Received).ThenBy(e => e.Submission, StringComparer.Ordinal).ThenBy(e => e.Row).TakeLast(MostEntries)];
        if (!entries.Contains(entry))
            return false;
        (Label, Entries) = (entries[^1].Label, JsonSerializer.Serialize(entries, FeedbackJson.Default.ListLabelEntry));
        return true;
    }
}

/// <summary>Keys of table <c>feedback</c>. Models and ids are value objects, keys of callers appear as hashes (promise I11).</summary>
internal static class LabelKeys
{
    /// <summary>Labels by prediction id: a partition per model and hour of the prediction.</summary>
    public static string Hour(ModelName model, DateTimeOffset hour) => $"{model}|{HourText(hour)}";

    public static string HourText(DateTimeOffset hour) => hour.UtcDateTime.ToString("yyyyMMddHH", System.Globalization.CultureInfo.InvariantCulture);

    public static DateTimeOffset HourOf(string text) => new(DateTime.ParseExact(text, "yyyyMMddHH", System.Globalization.CultureInfo.InvariantCulture), TimeSpan.Zero);

    /// <summary>Labels by key: 256 partitions a model.</summary>
    public static string ByKey(ModelName model, string hash) => $"{model}|key|{hash.AsSpan(0, 2)}";

    /// <summary>Which predictions a key was given to: row keys are <c>{hash}|{prediction id}</c>.</summary>
    public static string Seen(ModelName model, string hash) => $"{model}|seen|{hash.AsSpan(0, 2)}";

    /// <summary>Hours whose labels have changed since they were last counted.</summary>
    public static string Changed(ModelName model) => $"{model}|changed";

    public static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    public static DateTimeOffset HourOf(PredictionId id) => LogNames.HourOf(id.Time);
}
