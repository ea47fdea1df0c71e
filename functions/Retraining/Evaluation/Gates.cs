using System.Globalization;

namespace Tidemark.Retraining.Evaluation;

/// <summary>Holds the evidence to the policy; every gate gives its number, its threshold and a sentence.</summary>
public static class Gates
{
    /// <summary>From simple to rich, as trainers count.</summary>
    private static readonly string[] Kinds = ["baseline", "linear", "additive", "trees", "network"];

    public static GateReport Judge(GatePolicy policy, ChallengerEvidence evidence) => new(
    [
        Rows(policy, evidence), Metric(evidence), Champion(policy, evidence), Better(policy, evidence), Floor(policy, evidence), Calibration(policy, evidence),
        Segments(policy, evidence), Groups(policy, evidence), Latency(policy, evidence), Size(policy, evidence), Simplest(policy, evidence),
    ]);

    private static GateResult Rows(GatePolicy policy, ChallengerEvidence e) =>
        new("rows", e.Rows >= policy.MinRows, e.Rows, policy.MinRows, $"The hold-out has {e.Rows} rows; at least {policy.MinRows} are asked for.");

    private static GateResult Metric(ChallengerEvidence e)
    {
        bool blind = e.Metric == "accuracy" && e.RarestShare < Metrics.RareShare;
        return new("metric", !blind, e.RarestShare, e.Metric == "accuracy" ? Metrics.RareShare : null, blind
            ? $"Accuracy alone can't judge rows whose rarest class has {Percent(e.RarestShare)}; under {Percent(Metrics.RareShare)} choose prAuc, rocAuc, f1 or logLoss."
            : $"{e.Metric} decides; the rarest class has {Percent(e.RarestShare)} of the rows.");
    }

    private static GateResult Champion(GatePolicy policy, ChallengerEvidence e)
    {
        if (e.Absence is not { } absence) return new("champion", true, null, null, "The champion answered the same rows.");
        bool pass = (absence.Unable ? policy.WhenChampionUnable : policy.WhenNoChampion) == WithoutChampion.Baseline;
        string what = absence.Unable ? $"The champion can't answer the hold-out: {absence.Reason}" : absence.Reason;
        string setting = absence.Unable ? "whenChampionUnable" : "whenNoChampion";
        return new("champion", pass, null, null, pass ? $"{what} The challenger is compared with the baseline." : $"{what} Compare by hand, or set gates.{setting} to baseline.");
    }

    /// <summary>The lower end of the interval must lie above the margin, or above minus the tolerance of non-inferiority; strictly, so that a model is never better than itself.</summary>
    private static GateResult Better(GatePolicy policy, ChallengerEvidence e)
    {
        double threshold = policy.NonInferiority is { } tolerance ? -tolerance : policy.Margin;
        string than = e.Champion is null ? "the baseline" : "the champion";
        if (e.Overall is not { Improvement: { } gain, Low: { } low, High: { } high })
            return new("better", false, null, threshold, $"{e.Metric} does not exist on these rows, so nobody can say whether the challenger is better than {than}. Choose another metric, or give more rows.");
        string figures = $"{e.Metric} {Figure(e.Overall.Reference)} -> {Figure(e.Overall.Challenger)}, improvement {Signed(gain)} with interval [{Signed(low)}, {Signed(high)}]";
        string asked = policy.NonInferiority is null ? $"must lie above {Signed(threshold)}" : $"may lie no lower than {Signed(threshold)}";
        return new("better", low > threshold, low, threshold, $"Against {than}: {figures}; its lower end {asked}.");
    }

    private static GateResult Floor(GatePolicy policy, ChallengerEvidence e)
    {
        if (policy.Floor is not { } floor) return new("floor", true, e.Overall.Challenger, null, "No floor is set.");
        bool error = Metrics.IsError(e.Metric);
        bool pass = e.Overall.Challenger is { } value && (error ? value <= floor : value >= floor);
        return new("floor", pass, e.Overall.Challenger, floor, $"{e.Metric} of the challenger is {Figure(e.Overall.Challenger)}; at {(error ? "most" : "least")} {Figure(floor)} is asked for.");
    }

    private static GateResult Calibration(GatePolicy policy, ChallengerEvidence e)
    {
        if (policy.MaxCalibrationError is not { } most || e.Challenger is not { Measures.CalibrationError: { } error, CalibrationNoise: { } noise })
            return new("calibration", true, e.Challenger.Measures.CalibrationError, null, "Calibration is not judged.");
        return new("calibration", error <= most + noise, error, most + noise, $"The calibration error is {Figure(error)}; allowed are {Figure(most)} and {Figure(noise)} that chance gives on so many rows.");
    }

    private static GateResult Segments(GatePolicy policy, ChallengerEvidence e)
    {
        double threshold = -policy.SegmentTolerance;
        if (e.Segments.Where(s => s.Comparison.Improvement is not null).MinBy(s => s.Comparison.Improvement) is not { } lowest)
            return new("segments", true, null, threshold, $"No segment with at least {policy.MinSegmentRows} rows is judged.");
        SegmentComparison[] worse = [.. e.Segments.Where(s => s.Comparison.Improvement < threshold && s.Comparison.High < 0)];
        string list = string.Join("; ", worse.Select(s => $"{s.Column} {s.Value} ({s.Rows} rows): {s.Metric} {Figure(s.Comparison.Reference)} -> {Figure(s.Comparison.Challenger)}"));
        return new("segments", worse.Length == 0, lowest.Comparison.Improvement, threshold, worse.Length == 0
            ? $"None of {e.Segments.Count} segments is surely worse; the lowest is {lowest.Column} {lowest.Value} with {Signed(lowest.Comparison.Improvement!.Value)} in {lowest.Metric}."
            : $"Worse on {worse.Length} of {e.Segments.Count} segments by more than {Figure(policy.SegmentTolerance)}: {list}.");
    }

    private static GateResult Groups(GatePolicy policy, ChallengerEvidence e)
    {
        if (policy.MaxGroupDifference is not { } most || e.Groups.MaxBy(g => g.Challenger) is not { } widest)
            return new("groups", true, null, policy.MaxGroupDifference, "No sensitive column has two groups with enough rows, or groups are not judged.");
        string champion = widest.Champion is { } before ? $"; the champion's is {Figure(before)}" : "";
        string values = string.Join(", ", widest.Values.Select(v => $"{v.Key} {Figure(v.Value)}"));
        return new("groups", widest.Challenger <= most, widest.Challenger, most, $"The difference in {widest.Measure} among groups of {widest.Column} is {Figure(widest.Challenger)} ({values}){champion}; at most {Figure(most)} is allowed.");
    }

    private static GateResult Latency(GatePolicy policy, ChallengerEvidence e) => new(
        "latency", e.Challenger.Milliseconds <= policy.MaxMilliseconds, e.Challenger.Milliseconds, policy.MaxMilliseconds,
        $"A prediction of one row takes {Figure(e.Challenger.Milliseconds)} ms{(e.Champion is { } c ? $" (the champion's {Figure(c.Milliseconds)} ms)" : "")}; at most {Figure(policy.MaxMilliseconds)} ms is allowed.");

    private static GateResult Size(GatePolicy policy, ChallengerEvidence e) => new(
        "size", e.Challenger.Bytes <= policy.MaxBytes, e.Challenger.Bytes, policy.MaxBytes, $"The model file has {e.Challenger.Bytes} bytes; at most {policy.MaxBytes} are allowed.");

    /// <summary>Within the tolerance the simpler model wins: a richer challenger must be worth it.</summary>
    private static GateResult Simplest(GatePolicy policy, ChallengerEvidence e)
    {
        int was = Array.IndexOf(Kinds, e.Champion?.Kind), now = Array.IndexOf(Kinds, e.Challenger.Kind);
        if (was < 0 || now <= was) return new("simplest", true, e.Overall.Improvement, null, "The challenger is no richer a kind of model than the champion, as far as they say.");
        return new("simplest", e.Overall.Improvement > policy.SimplicityTolerance, e.Overall.Improvement, policy.SimplicityTolerance,
            $"The challenger ({e.Challenger.Kind}) is richer than the champion ({e.Champion!.Kind}), so its improvement of {Signed(e.Overall.Improvement ?? 0)} must lie above {Figure(policy.SimplicityTolerance)}; within it the simpler model stays.");
    }

    private static string Figure(double? value) => value is { } number ? number.ToString("0.####", CultureInfo.InvariantCulture) : "nothing";

    private static string Signed(double value) => value.ToString("+0.####;-0.####;0", CultureInfo.InvariantCulture);

    private static string Percent(double share) => share.ToString("0.#%", CultureInfo.InvariantCulture).Replace("%", " %", StringComparison.Ordinal);
}
