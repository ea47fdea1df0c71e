using Tidemark.Retraining.Data;
using Tidemark.Retraining.Measures;

namespace Tidemark.Retraining.Evaluation;

/// <summary>
/// The calibration error that chance alone gives: labels drawn from the model's own probabilities, which are then perfectly calibrated, still show some
/// on few rows (consistency resampling; J. Bröcker, L. A. Smith, "Increasing the Reliability of Reliability Diagrams", Weather and Forecasting 22, 2007).
/// </summary>
internal static class CalibrationNoise
{
    private const int Draws = 100;

    /// <summary>The mean over 100 seeded draws.</summary>
    public static double Of(HeldOutRows rows, ModelScores model, long seed)
    {
        double[] confidence = [.. Enumerable.Range(0, rows.Count).Select(row => Confidence(model.Scores.AsSpan(row * rows.Width, rows.Width)))];
        bool[] hit = new bool[confidence.Length];
        double sum = 0;
        for (int draw = 0; draw < Draws; draw++)
        {
            ulong salt = SplitMix.Next(SplitMix.Mix((ulong)seed, 78, (ulong)draw));
            for (int row = 0; row < hit.Length; row++) hit[row] = SplitMix.Next((ulong)row ^ salt) / Math.Pow(2, 64) < confidence[row];
            sum += Measuring.CalibrationError(confidence, hit);
        }

        return sum / Draws;
    }

    /// <summary>The probability that is binned: of the positive class of two, else of the most probable.</summary>
    private static double Confidence(ReadOnlySpan<double> probabilities) =>
        probabilities.Length == 2 ? probabilities[1] : probabilities[Measuring.Answer(probabilities, 0.5)];
}
