namespace Tidemark.Drift.Verdicts;

/// <summary>What all numeric columns together show.</summary>
/// <param name="ReconstructionError">Mean distance of a standardised row from its reconstruction by the reference's principal components.</param>
/// <param name="LowerThreshold">Mean - 3 deviations of chunks of the reference.</param>
/// <param name="UpperThreshold">Mean + 3 deviations of chunks of the reference.</param>
/// <param name="ReconstructionDrifted">The error is outside the thresholds.</param>
/// <param name="ClassifierArea">How well a classifier tells current rows from the reference's: area under its ROC curve, 0.5 is not at all.</param>
/// <param name="ClassifierPValue">That the area is chance.</param>
/// <param name="ClassifierDrifted">The area reaches its threshold and p is below 0.001.</param>
public sealed record MultivariateVerdict(
    double ReconstructionError, double LowerThreshold, double UpperThreshold, bool ReconstructionDrifted, double ClassifierArea, double ClassifierPValue, double ClassifierThreshold, bool ClassifierDrifted);
