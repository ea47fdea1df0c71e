namespace Tidemark.Retraining.Evaluation;

/// <param name="Gate">Its name: rows, metric, champion, better, floor, calibration, segments, groups, latency, size, simplest.</param>
/// <param name="Number">What was found; null where there is nothing to measure.</param>
/// <param name="Threshold">What it was held to.</param>
/// <param name="Sentence">Both in words, for people.</param>
public sealed record GateResult(string Gate, bool Passed, double? Number, double? Threshold, string Sentence);

/// <summary>The verdict on a challenger; every gate is judged, also after one that fails.</summary>
public sealed record GateReport(IReadOnlyList<GateResult> Gates)
{
    public bool Passed => Gates.All(g => g.Passed);

    /// <summary>In a sentence: that it passed, or what it failed.</summary>
    public string Sentence => Passed ? "The challenger passes every gate." : string.Join(' ', Gates.Where(g => !g.Passed).Select(g => g.Sentence));
}
