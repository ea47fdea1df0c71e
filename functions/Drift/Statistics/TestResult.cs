namespace Tidemark.Drift.Statistics;

/// <param name="Statistic">What was measured; its unit is that of the test.</param>
/// <param name="PValue">Probability, where nothing has changed, of a statistic at least as extreme; two-sided, 0 to 1.</param>
public readonly record struct TestResult(double Statistic, double PValue);
