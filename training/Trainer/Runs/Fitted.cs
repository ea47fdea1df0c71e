using Tidemark.Trainer.Data;

namespace Tidemark.Trainer.Runs;

/// <summary>A setting that was tried.</summary>
internal sealed record Trial(IReadOnlyDictionary<string, object> Settings, double Loss);

/// <param name="Step">Penalty, number of trees, …: what the curve runs over.</param>
/// <param name="Training">Mean loss on (a sample of) the rows fitted on.</param>
/// <param name="Validation">Mean loss on the rows that judge.</param>
internal sealed record CurvePoint(double Step, double Training, double Validation);

/// <summary>A candidate after its fits.</summary>
/// <param name="Name">Of the candidate.</param>
/// <param name="Model">The model to serve, should it be chosen.</param>
/// <param name="Outputs">Its outputs (or its folds' models') on the validation rows, [rows, outputs].</param>
/// <param name="Settings">Of the best trial.</param>
/// <param name="Trials">All settings tried.</param>
/// <param name="Curve">Of the best trial.</param>
internal sealed record Fitted(
    string Name, IModel Model, double[] Outputs, IReadOnlyDictionary<string, object> Settings, IReadOnlyList<Trial> Trials, IReadOnlyList<CurvePoint> Curve)
{
    /// <summary>Loss per validation row.</summary>
    public double[] Losses(Problem problem, Part validation)
    {
        double[] losses = new double[validation.Rows];
        for (int row = 0; row < losses.Length; row++)
            losses[row] = problem.Loss(Outputs.AsSpan(row * problem.Outputs, problem.Outputs), validation.Classes[row], validation.Targets[row]);
        return losses;
    }
}
