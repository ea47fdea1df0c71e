using Tidemark.Retraining.Contract;
using Tidemark.Trainer.Data;

namespace Tidemark.Trainer.Runs;

/// <summary>
/// Temperature scaling (Guo et al. 2017): one number that divides the logits, found on validation rows. Held to [0.5, 2], because a small
/// validation part would otherwise be believed too much.
/// </summary>
internal static class Calibration
{
    private const double PriorDeviation = 0.25;
    private const int Steps = 60;

    /// <summary>The temperature with the least log loss; 1 for a regression.</summary>
    public static double Fit(Fitted fitted, Problem problem, Part validation)
    {
        if (problem.Task == TrainingTask.Regression || fitted.Name == Baseline.Name) return 1;
        double low = Math.Log(0.5), high = Math.Log(2), ratio = (Math.Sqrt(5) - 1) / 2;
        double a = high - (ratio * (high - low)), b = low + (ratio * (high - low));
        double atA = Loss(fitted, problem, validation, a), atB = Loss(fitted, problem, validation, b);
        for (int step = 0; step < Steps; step++)
        {
            // Golden section: log loss has one minimum along the temperature.
            if (atA <= atB)
            {
                (high, b, atB) = (b, a, atA);
                a = high - (ratio * (high - low));
                atA = Loss(fitted, problem, validation, a);
            }
            else
            {
                (low, a, atA) = (a, b, atB);
                b = low + (ratio * (high - low));
                atB = Loss(fitted, problem, validation, b);
            }
        }

        return Math.Round(Math.Exp((low + high) / 2), 6);
    }

    private static double Loss(Fitted fitted, Problem problem, Part validation, double logTemperature)
    {
        double inverse = Math.Exp(-logTemperature), sum = 0;
        Span<double> z = stackalloc double[problem.Outputs];
        for (int row = 0; row < validation.Rows; row++)
        {
            for (int c = 0; c < z.Length; c++) z[c] = fitted.Outputs[(row * z.Length) + c] * inverse;
            sum += problem.Loss(z, validation.Classes[row], 0);
        }

        return sum + (0.5 * Math.Pow(logTemperature / PriorDeviation, 2));
    }
}
