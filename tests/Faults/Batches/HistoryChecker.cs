using System.Security.Cryptography;
using System.Text;

namespace Tidemark.Tests.Faults.Batches;

/// <summary>
/// Promises I1 and I2 on facts: every row is exactly once in the result or in quarantine with a reason, in order, with the right figures,
/// and the manifest says so. Each difference is a sentence; a job that kept its promises has none.
/// </summary>
internal static class HistoryChecker
{
    private const double Tolerance = 1e-5;

    public static IReadOnlyList<string> Check(BatchHistory history) =>
    [
        .. Presence(history),
        .. Places(history),
        .. Order(history),
        .. Scores(history),
        .. Quarantine(history),
        .. history.Manifest is { } manifest && history.Result is { } result ? Manifest(history, manifest, result) : [],
    ];

    /// <summary>A result is absent or complete, a manifest comes last, and a job that says it is complete has both.</summary>
    private static IEnumerable<string> Presence(BatchHistory history)
    {
        if (history.Manifest is not null && history.Result is null) yield return "There is a manifest without a result.";
        if (history.Complete && history.Result is null) yield return "The job says it is complete and has no result.";
        if (history.Complete && history.Manifest is null) yield return "The job says it is complete and has no manifest.";
    }

    private static IEnumerable<string> Places(BatchHistory history)
    {
        var scored = history.Scored.GroupBy(r => r.Key).ToDictionary(g => g.Key, g => g.Count());
        var quarantined = history.Quarantined.GroupBy(r => r.Number).ToDictionary(g => g.Key, g => g.Count());
        for (int number = 0; number < history.Input.Count; number++)
        {
            string row = $"Row {number} ({history.Input[number].Key})";
            int results = scored.GetValueOrDefault(history.Input[number].Key), refusals = quarantined.GetValueOrDefault(number);
            if (results > 1) yield return $"{row} is {results} times in the result.";
            if (refusals > 1) yield return $"{row} is {refusals} times in quarantine.";
            if (results > 0 && refusals > 0) yield return $"{row} is in the result and in quarantine.";
            if (results + refusals == 0 && history.Result is not null) yield return $"{row} is lost: neither in the result nor in quarantine.";
        }
        foreach (string stranger in scored.Keys.Except(history.Input.Select(r => r.Key))) yield return $"The result has a row '{stranger}' that the file has not.";
        foreach (long stranger in quarantined.Keys.Where(n => n < 0 || n >= history.Input.Count)) yield return $"Quarantine has a row {stranger} that the file has not.";
    }

    private static IEnumerable<string> Order(BatchHistory history)
    {
        var numbers = history.Input.Select((r, i) => (r.Key, Number: i)).ToDictionary(r => r.Key, r => r.Number);
        int last = -1;
        foreach (ResultRow row in history.Scored)
        {
            if (!numbers.TryGetValue(row.Key, out int number)) continue;
            if (number < last) yield return $"The result is out of order: row {number} ({row.Key}) comes after row {last}.";
            last = Math.Max(last, number);
        }
    }

    private static IEnumerable<string> Scores(BatchHistory history)
    {
        var expected = history.Input.ToDictionary(r => r.Key, r => r.Expected);
        foreach (ResultRow row in history.Scored)
        {
            if (!expected.TryGetValue(row.Key, out double? score)) continue;
            if (score is null) yield return $"Row {row.Key} is not fit to be scored and has the score {row.Score}.";
            else if (!(Math.Abs(score.Value - row.Score) < Tolerance)) yield return $"Row {row.Key} has the score {row.Score} instead of {score}.";
        }
    }

    private static IEnumerable<string> Quarantine(BatchHistory history)
    {
        foreach (QuarantinedRow row in history.Quarantined)
        {
            if (string.IsNullOrWhiteSpace(row.Reason)) yield return $"Row {row.Number} is in quarantine without a reason.";
            if (row.Number < 0 || row.Number >= history.Input.Count) continue;
            InputRow input = history.Input[(int)row.Number];
            if (row.Text != input.Text) yield return $"Row {row.Number} is in quarantine as '{row.Text}' instead of '{input.Text}'.";
            if (input.Expected is not null && history.Manifest?.State != "CompletedWithFailures") yield return $"Row {row.Number} is fit to be scored and is in quarantine: {row.Reason}.";
        }
    }

    private static IEnumerable<string> Manifest(BatchHistory history, ManifestFigures manifest, byte[] result)
    {
        if (manifest.Rows != history.Input.Count) yield return $"The manifest counts {manifest.Rows} rows; the file has {history.Input.Count}.";
        if (manifest.Scored != history.Scored.Count) yield return $"The manifest counts {manifest.Scored} scored rows; the result has {history.Scored.Count}.";
        if (manifest.Quarantined != history.Quarantined.Count) yield return $"The manifest counts {manifest.Quarantined} quarantined rows; there are {history.Quarantined.Count}.";
        var reasons = history.Quarantined.GroupBy(r => r.Reason).ToDictionary(g => g.Key, g => (long)g.Count());
        if (!reasons.OrderBy(r => r.Key, StringComparer.Ordinal).SequenceEqual(manifest.Reasons.OrderBy(r => r.Key, StringComparer.Ordinal)))
            yield return $"The manifest's reasons are {Listed(manifest.Reasons)}; quarantine has {Listed(reasons)}.";
        if (manifest.InputETag != history.InputETag) yield return $"The manifest names the file by ETag {manifest.InputETag}; it has {history.InputETag}.";
        if (manifest.InputSha256 != history.InputSha256) yield return "The manifest's hash of the file is wrong.";
        if (manifest.ResultSha256 != Hash(result)) yield return "The manifest's hash of the result is wrong.";
        foreach (string difference in Shards(manifest, result)) yield return difference;
    }

    /// <summary>The result is a header and then what the shards wrote, in order.</summary>
    private static IEnumerable<string> Shards(ManifestFigures manifest, byte[] result)
    {
        if (manifest.Shards.Sum(s => s.Rows) != manifest.Rows || manifest.Shards.Sum(s => s.Scored) != manifest.Scored || manifest.Shards.Sum(s => s.Quarantined) != manifest.Quarantined)
            yield return "The manifest's shards do not add up to its totals.";
        long row = 0, at = result.Length - manifest.Shards.Sum(s => s.Bytes);
        if (at < 0)
        {
            yield return "The manifest's shards wrote more than the result holds.";
            yield break;
        }
        string header = Encoding.UTF8.GetString(result.AsSpan(0, (int)at)), columns = string.Join(',', manifest.Columns);
        if (header != columns + "\n") yield return $"The result begins with '{header.Trim()}'; the manifest's columns are '{columns}'.";
        foreach (ShardFigures shard in manifest.Shards)
        {
            if (shard.FirstRow != row) yield return $"A shard begins at row {shard.FirstRow} instead of {row}.";
            if (shard.Sha256 != Hash(result.AsSpan((int)at, (int)shard.Bytes))) yield return $"The hash of the shard from row {shard.FirstRow} is wrong.";
            (row, at) = (row + shard.Rows, at + shard.Bytes);
        }
    }

    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static string Listed(IReadOnlyDictionary<string, long> reasons) => reasons.Count == 0 ? "none" : string.Join(", ", reasons.Select(r => $"{r.Key}: {r.Value}"));
}
