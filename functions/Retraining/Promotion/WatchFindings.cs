using System.Globalization;
using Tidemark.Retraining.Policies;

namespace Tidemark.Retraining.Promotion;

/// <summary>What one look at the new champion found.</summary>
/// <param name="Check"><c>answers</c>, <c>traffic</c>, <c>latency</c>, <c>shift</c> or <c>quality</c>.</param>
/// <param name="Broken">Beyond its limit.</param>
/// <param name="Sentence">In words, with figures.</param>
/// <param name="Numbers">The figures.</param>
internal sealed record WatchFinding(string Check, bool Broken, string Sentence, params (string Name, double Value)[] Numbers);

/// <summary>Holds what was found to the policy's limits. Pure.</summary>
internal static class WatchFindings
{
    /// <summary>One-sided 95 %.</summary>
    private const double Sure = 1.645;

    public static WatchFinding Latency(Answered now, Answered before, WatchPolicy policy)
    {
        if (now.Rows < policy.LeastRows || before.Rows < policy.LeastRows || now.MedianLatencyMs is not { } mine || before.MedianLatencyMs is not { } theirs)
            return new("latency", false, $"Latency is not judged yet: {now.Rows} rows of the new champion, {before.Rows} of the old one.");
        double ratio = mine / Math.Max(theirs, 0.1);
        return new("latency", ratio > policy.MostLatency, Text($"Median latency is {mine:0.###} ms, {ratio:0.##} times the old champion's {theirs:0.###} ms (at most {policy.MostLatency:0.##})."), ("latencyMs", mine), ("latencyRatio", ratio));
    }

    /// <param name="expected">Shares of the classes that the candidate answered on the hold-out; null for a regression.</param>
    public static WatchFinding Shift(Answered now, IReadOnlyDictionary<string, double>? expected, WatchPolicy policy)
    {
        if (expected is null) return new("shift", false, "The answers of a regression are not compared with the hold-out.");
        if (now.Rows < policy.LeastRows) return new("shift", false, $"The answers are not judged yet: {now.Rows} of {policy.LeastRows} rows.");
        double shift = now.Shift(expected);
        return new("shift", shift > policy.MostShift, Text($"{100 * shift:0.#} % of the answers have moved from those on the hold-out (at most {100 * policy.MostShift:0.#} %)."), ("shift", shift));
    }

    /// <param name="now">Rows since the promotion, of whichever version.</param>
    /// <param name="dayBefore">Rows in the same hours of the day before.</param>
    public static WatchFinding Traffic(long now, long dayBefore, WatchPolicy policy)
    {
        if (dayBefore < policy.LeastRows) return new("traffic", false, $"Traffic is not judged: {dayBefore} rows in the same hours of the day before.");
        double share = now / (double)dayBefore;
        return new("traffic", share < policy.LeastTraffic, Text($"{now} rows were answered, {100 * share:0.#} % of the same hours of the day before (at least {100 * policy.LeastTraffic:0.#} %): who is refused leaves no row."), ("rows", now), ("trafficShare", share));
    }

    /// <summary>Of the same labelled rows the losses of both; for numbers the difference counts as a share of the old champion's error.</summary>
    public static WatchFinding Quality(double[] mine, double[] theirs, bool classes, WatchPolicy policy)
    {
        (double Mine, double Theirs)[] rows = [.. mine.Zip(theirs).Where(p => double.IsFinite(p.First) && double.IsFinite(p.Second)).Select(p => (p.First, p.Second))];
        if (rows.Length < policy.LeastRows) return new("quality", false, $"Quality is not judged yet: {rows.Length} of {policy.LeastRows} labelled rows.");
        double a = rows.Average(r => r.Mine), b = rows.Average(r => r.Theirs), worse = a - b;
        double spread = Math.Sqrt(rows.Average(r => Square(r.Mine - r.Theirs - worse)) / rows.Length);
        if (classes)
        {
            return new("quality", worse - (Sure * spread) > policy.MostLoss, Text($"On {rows.Length} labelled rows accuracy is {1 - a:0.####}, the old champion's on the same rows {1 - b:0.####} (may be worse by {policy.MostLoss:0.####} beyond chance)."),
                ("labelled", rows.Length), ("accuracy", 1 - a), ("oldAccuracy", 1 - b));
        }

        double share = b > 0 ? worse / b : worse;
        return new("quality", b > 0 && (worse - (Sure * spread)) / b > policy.MostLoss, Text($"On {rows.Length} labelled rows the squared error is {a:0.####}, the old champion's {b:0.####} (may be worse by {100 * policy.MostLoss:0.##} % beyond chance)."),
            ("labelled", rows.Length), ("squaredError", a), ("oldSquaredError", b), ("worse", share));
    }

    /// <summary>Where the old champion can't answer these rows: accuracy against that on the hold-out.</summary>
    public static WatchFinding Quality(double[] mine, double holdOut, int holdOutRows, WatchPolicy policy)
    {
        if (mine.Length < policy.LeastRows) return new("quality", false, $"Quality is not judged yet: {mine.Length} of {policy.LeastRows} labelled rows.");
        double accuracy = 1 - mine.Average(), spread = Math.Sqrt(holdOut * (1 - holdOut) * ((1.0 / mine.Length) + (1.0 / Math.Max(1, holdOutRows))));
        return new("quality", holdOut - accuracy - (Sure * spread) > policy.MostLoss, Text($"On {mine.Length} labelled rows accuracy is {accuracy:0.####}, on the hold-out it was {holdOut:0.####}; the old champion can't answer these rows."),
            ("labelled", mine.Length), ("accuracy", accuracy), ("holdOutAccuracy", holdOut));
    }

    private static double Square(double value) => value * value;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
