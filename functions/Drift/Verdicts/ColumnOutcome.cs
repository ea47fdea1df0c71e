using System.Globalization;
using Tidemark.Drift.Statistics;

namespace Tidemark.Drift.Verdicts;

/// <summary>A column measured, before it is weighed against the other columns and the windows before.</summary>
internal sealed record ColumnOutcome(string Column, ColumnVerdict Measured, double Chance, bool Crossed, double Rate, double EffectRate, double Scarcity, double ReferenceScarcity)
{
    /// <summary>Level of the test on missing values.</summary>
    private const double MissingLevel = 0.001;

    private const double LeastMissingShift = 0.01;
    private const int MostUnseen = 20;

    public static ColumnOutcome Of(string column, ColumnPair pair, DriftPolicy policy, Func<double?> ofChunks)
    {
        var blank = new ColumnVerdict
        {
            Column = column,
            Kind = pair.Numeric ? "numeric" : "categorical",
            ReferenceCount = pair.Reference.Count,
            CurrentCount = pair.Current.Count,
            Missing = MissingOf(pair, policy),
            Reason = TooFew(pair, policy) ?? "",
        };
        if (blank.Reason.Length > 0)
            return Untested(blank);
        if (policy.MissingIsCategory)
            pair = pair.WithMissing();
        if (TestChoice.For(column, pair, policy, ofChunks) is not { } choice)
            return Untested(blank with { Reason = "The test named for this column does not fit its kind." });
        TestResult result = choice.Measure(pair);
        bool tests = choice.Test.HasPValue();
        if (double.IsNaN(tests ? result.PValue : result.Statistic))
            return Untested(blank with { Reason = "The test says nothing of such values: all are equal, or they are too few." });
        double? error = pair.Exact ? null : MeasurementError.Of(choice, pair);
        double chance = choice.Test is DriftTest.ChiSquare or DriftTest.GTest ? FalseAlarms.OfFit(pair, result.Statistic) : tests ? result.PValue : choice.Rate(pair, result.Statistic);
        ColumnVerdict measured = blank with
        {
            Test = choice.Test,
            Statistic = double.IsFinite(result.Statistic) ? result.Statistic : null,
            PValue = tests ? result.PValue : null,
            Distance = tests || !double.IsFinite(result.Statistic) ? null : result.Statistic,
            Threshold = choice.Threshold,
            Effect = Measurement.Effect(choice.Test, pair),
            Chance = chance,
            Error = error,
            Certain = pair.Exact || MeasurementError.Settled(choice, pair, result, error),
            Unseen = UnseenOf(pair),
        };
        return new(column, measured, chance, choice.Crossed(result), choice.Rate(pair, choice.Threshold), FalseAlarms.EffectRate(choice.Test, pair, policy.MinimumEffect), pair.Scarcity, 1.0 / pair.Reference.Count);
    }

    /// <summary>How often the column drifts by chance in one window: as often as the strictest of its conditions lets it.</summary>
    public double Gate(DriftPolicy policy) => Measured.Test is null ? 0 : Math.Min(Math.Min(Rate, EffectRate), policy.FalseDiscoveryRate ?? 1);

    public ColumnVerdict Decide(double adjusted, DriftPolicy policy, ColumnVerdict? before)
    {
        bool corrected = policy.FalseDiscoveryRate is not { } most || adjusted <= most, large = Measured.Effect >= policy.MinimumEffect;
        bool distribution = Measured.Test is not null && Crossed && corrected && large;
        bool missing = policy.WatchMissing && Measured.Missing?.Drifted == true, drifted = distribution || missing;
        int streak = drifted ? (before?.Streak ?? 0) + 1 : 0;
        return Measured with
        {
            Drifted = drifted,
            Streak = streak,
            Alarm = streak >= policy.Persistence,
            AdjustedChance = policy.FalseDiscoveryRate is null || double.IsNaN(adjusted) ? null : adjusted,
            FalseAlarmRate = Measured.Test is null ? 0 : DatasetRate.InARow(Gate(policy), policy.Persistence, Scarcity, ReferenceScarcity),
            Reason = Measured.Reason.Length > 0 && !missing ? Measured.Reason
                : missing && !distribution ? string.Create(CultureInfo.InvariantCulture, $"Missing values went from {Measured.Missing!.Reference:P1} to {Measured.Missing.Current:P1}.")
                : Why(corrected, large, policy),
        };
    }

    private string Why(bool corrected, bool large, DriftPolicy policy)
    {
        string value = Measured.PValue is { } p
            ? string.Create(CultureInfo.InvariantCulture, $"p = {p:G3} is {(Crossed ? "below" : "not below")} {Measured.Threshold:G3}")
            : string.Create(CultureInfo.InvariantCulture, $"The distance {Measured.Distance:G3} {(Crossed ? "reaches" : "does not reach")} {Measured.Threshold:G3}");
        string but = !Crossed ? "" : !large
            ? string.Create(CultureInfo.InvariantCulture, $", but only {Measured.Effect:P1} of the probability moved; the policy asks for {policy.MinimumEffect:P1}")
            : !corrected ? string.Create(CultureInfo.InvariantCulture, $", but among so many columns chance explains it; the policy bounds false ones at {policy.FalseDiscoveryRate:G3}") : "";
        return $"{value}{but}{(Measured.Certain ? "" : "; the profile's error leaves it open")}.";
    }

    private static ColumnOutcome Untested(ColumnVerdict verdict) => new(verdict.Column, verdict, double.NaN, false, 0, 0, 1, 1);

    private static string? TooFew(ColumnPair pair, DriftPolicy policy)
    {
        int least = Math.Max(1, policy.MinimumRows);
        (string side, long count) = pair.Reference.Count < least ? ("reference", pair.Reference.Count) : ("current", pair.Current.Count);
        return count >= least ? null : string.Create(CultureInfo.InvariantCulture, $"The {side} side has {count} values; the policy asks for {least}.");
    }

    private static MissingShift MissingOf(ColumnPair pair, DriftPolicy policy)
    {
        (double n, double m) = (pair.Reference.Count + pair.Reference.Missing, pair.Current.Count + pair.Current.Missing);
        if (n == 0 || m == 0)
            return new(0, 0, 1, false);
        (double before, double now) = (pair.Reference.Missing / n, pair.Current.Missing / m);
        double p = ProportionsZ.Test(pair.Reference.Missing, n, pair.Current.Missing, m).PValue;
        bool enough = Math.Min(n, m) >= policy.MinimumRows;
        return new(before, now, p, enough && p < MissingLevel && Math.Abs(now - before) >= Math.Max(LeastMissingShift, policy.MinimumEffect));
    }

    private static IReadOnlyList<UnseenCategory> UnseenOf(ColumnPair pair)
    {
        if (pair.Numeric)
            return [];
        IReadOnlyDictionary<string, long> known = pair.Reference.Categories;
        bool complete = !known.ContainsKey(ColumnSample.Others);
        return [.. pair.Current.Categories.Where(c => complete && c.Key != ColumnSample.Others && !known.ContainsKey(c.Key))
            .OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Take(MostUnseen)
            .Select(c => new UnseenCategory(c.Key, (double)c.Value / pair.Current.Count))];
    }
}
