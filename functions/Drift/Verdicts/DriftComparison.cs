using System.Globalization;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Profiles;

namespace Tidemark.Drift.Verdicts;

/// <summary>Compares two data sets column by column: rows exactly, profiles within their stated errors.</summary>
public static class DriftComparison
{
    /// <summary>Rows against rows.</summary>
    /// <param name="previous">The verdict on the window before, for drift that has to persist; null: there is none.</param>
    public static DriftVerdict Compare(Table reference, Table current, DriftPolicy policy, DriftVerdict? previous = null)
    {
        ColumnOutcome Outcome(Column column)
        {
            Column? now = current.Find(column.Name);
            bool numeric = Numeric(Held(column), now is null ? null : Held(now));
            ColumnSample before = ColumnSample.Of(column, numeric, 0, column.Count);
            var pair = new ColumnPair(before, now is null ? ColumnSample.Of(null, current.Rows, numeric) : ColumnSample.Of(now, numeric, 0, now.Count));
            return ColumnOutcome.Of(column.Name, pair, policy, () => ChunkThreshold.OfJensenShannon(before, Chunks(column, numeric, policy.Chunks)));
        }

        return Conclude([.. reference.Columns.Where(c => Compared(c.Name, policy)).Select(Outcome)], reference.Rows, current.Rows, policy, previous);
    }

    /// <summary>A stored profile against another.</summary>
    /// <param name="previous">The verdict on the window before, for drift that has to persist; null: there is none.</param>
    /// <param name="thresholds">By column NannyML's thresholds, of parts of the reference; where there is none it is that of the policy, or 0.1.</param>
    public static DriftVerdict Compare(Profile reference, Profile current, DriftPolicy policy, DriftVerdict? previous = null, IReadOnlyDictionary<string, double>? thresholds = null)
    {
        ColumnOutcome Outcome(ColumnProfile column)
        {
            ColumnProfile? now = current.Find(column.Name);
            bool numeric = Numeric(column.Kind, now?.Kind);
            var pair = new ColumnPair(ColumnSample.Of(column, reference.Rows, numeric), ColumnSample.Of(now, current.Rows, numeric));
            return ColumnOutcome.Of(column.Name, pair, policy, () => thresholds?.TryGetValue(column.Name, out double threshold) == true ? threshold : null);
        }

        return Conclude([.. reference.Columns.Where(c => Compared(c.Name, policy)).Select(Outcome)], reference.Rows, current.Rows, policy, previous);
    }

    private static bool Compared(string column, DriftPolicy policy) => policy.Selection != TestSelection.Fixed || policy.Tests.ContainsKey(column);

    /// <summary>The kind of a column of rows, null where it holds nothing.</summary>
    private static ColumnKind? Held(Column column) => column.Missing == column.Count ? null : column.Kind;

    /// <summary>Numbers only where both sides hold them; a side without values has no say.</summary>
    private static bool Numeric(ColumnKind? reference, ColumnKind? current) =>
        ColumnSample.IsNumeric(reference ?? current) && ColumnSample.IsNumeric(current ?? reference);

    private static ColumnSample[] Chunks(Column column, bool numeric, int count) => [.. Enumerable.Range(0, count)
        .Select(i => ColumnSample.Of(column, numeric, (int)((long)column.Count * i / count), (int)((long)column.Count * (i + 1) / count)))];

    private static DriftVerdict Conclude(ColumnOutcome[] outcomes, long referenceRows, long currentRows, DriftPolicy policy, DriftVerdict? previous)
    {
        double[] adjusted = FalseDiscovery.Adjust([.. outcomes.Select(o => o.Chance)]);
        var columns = outcomes.Select((o, i) => o.Decide(adjusted[i], policy, previous?.Find(o.Column))).ToList();
        double[] weights = [.. columns.Select(c => c.Test is null && c.Missing?.Drifted != true ? 0 : policy.Weight(c.Column))], rates = [.. outcomes.Select(o => o.Gate(policy))];
        double whole = weights.Sum(), share = whole > 0 ? columns.Zip(weights, (c, w) => c.Drifted ? w : 0).Sum() / whole : 0;
        bool drifted = whole > 0 && share >= policy.DriftShare;
        int streak = drifted ? (previous?.Streak ?? 0) + 1 : 0;
        double scarcity = 1.0 / Math.Max(1, referenceRows) + 1.0 / Math.Max(1, currentRows);
        double InARow(double rate) => DatasetRate.InARow(rate, policy.Persistence, scarcity, 1.0 / Math.Max(1, referenceRows));
        return new DriftVerdict
        {
            Drifted = drifted,
            Alarm = streak >= policy.Persistence,
            Streak = streak,
            Share = share,
            Threshold = policy.DriftShare,
            ReferenceRows = referenceRows,
            CurrentRows = currentRows,
            FalseAlarmRate = whole > 0 ? InARow(DatasetRate.Independent(rates, weights, policy.DriftShare)) : 0,
            FalseAlarmBound = whole > 0 ? InARow(DatasetRate.Bound(rates, weights, policy.DriftShare)) : 0,
            Reason = string.Create(CultureInfo.InvariantCulture, $"{columns.Count(c => c.Drifted)} of {columns.Count} columns drifted, {share:P0} by weight; the threshold is {policy.DriftShare:P0}{Persisted(streak, policy)}."),
            Columns = columns,
        };
    }

    private static string Persisted(int streak, DriftPolicy policy) => streak > 0 && policy.Persistence > 1
        ? string.Create(CultureInfo.InvariantCulture, $", in {streak} of {policy.Persistence} windows in a row")
        : "";
}
