using System.Numerics.Tensors;
using Tidemark.Retraining.Contract;
using Tidemark.Trainer.Runs;

namespace Tidemark.Trainer.Linear;

/// <summary>
/// Mean weighted loss of a linear model on some rows plus half the penalty times the squared weights (intercepts free), and its gradient.
/// Rows are summed in a fixed number of lanes, so the figures do not depend on the number of threads.
/// </summary>
/// <param name="classes">Class per row.</param>
/// <param name="targets">For a regression: standardised number per row.</param>
internal sealed class LinearObjective(LinearPreparation preparation, Design design, Problem problem, int[] classes, double[] targets, ParallelOptions parallel)
{
    private const int Lanes = 16;
    private readonly double total = classes.Take(design.Rows).Sum(c => problem.ClassWeights[c]);

    public double Penalty { get; set; }

    /// <summary>Numbers in a set of weights: per output its weights, then all intercepts.</summary>
    public int Length => problem.Outputs * (preparation.Width + 1);

    public double Evaluate(double[] weights, double[] gradient)
    {
        var score = new LinearScore(preparation, problem.Outputs, weights);
        var lanes = new Lane[Lanes];
        Parallel.For(0, Lanes, parallel, lane => lanes[lane] = Sum(score, (int)((long)design.Rows * lane / Lanes), (int)((long)design.Rows * (lane + 1) / Lanes)));
        Array.Clear(gradient);
        double[] later = new double[problem.Outputs * preparation.Width];
        double loss = 0;
        foreach (var lane in lanes)
        {
            loss += lane.Loss;
            TensorPrimitives.Add<double>(gradient, lane.Gradient, gradient);
            TensorPrimitives.Add<double>(later, lane.Later, later);
        }

        FillPieces(gradient, later);
        int free = problem.Outputs * preparation.Width;
        for (int k = 0; k < free; k++) gradient[k] += Penalty * weights[k];
        return loss + (0.5 * Penalty * TensorPrimitives.SumOfSquares<double>(weights.AsSpan(0, free)));
    }

    private Lane Sum(LinearScore score, int from, int to)
    {
        int outputs = problem.Outputs, width = preparation.Width;
        double[] gradient = new double[Length], later = new double[outputs * width];
        double loss = 0;
        Span<double> z = stackalloc double[outputs];
        for (int row = from; row < to; row++)
        {
            score.Row(design, row, z);
            double weight = problem.ClassWeights[classes[row]] / total;
            loss += weight * problem.Loss(z, classes[row], targets[row]) * (problem.Task == TrainingTask.Regression ? 0.5 : 1);
            Residuals(z, row);
            for (int c = 0; c < outputs; c++)
            {
                Add(row, z[c] * weight, gradient.AsSpan(c * width, width), later.AsSpan(c * width, width));
                gradient[(outputs * width) + c] += z[c] * weight;
            }
        }

        return new(loss, gradient, later);
    }

    private void Add(int row, double residual, Span<double> gradient, Span<double> later)
    {
        var dense = gradient[..preparation.Dense];
        TensorPrimitives.MultiplyAdd(design.Dense(row), residual, dense, dense);
        var pieces = design.Pieces(row);
        var into = design.Into(row);
        for (int k = 0; k < pieces.Length; k++)
        {
            int at = preparation.FirstPiece[k] + pieces[k];
            gradient[at] += residual * into[k];
            later[at] += residual; // the pieces before this one are full: FillPieces
        }

        foreach (int at in design.Indicators(row))
        {
            if (at >= 0) gradient[at] += residual;
        }
    }

    /// <summary>A piece gets the residuals of all rows that are in a later piece of the same number.</summary>
    private void FillPieces(double[] gradient, double[] later)
    {
        for (int c = 0; c < problem.Outputs; c++)
        {
            for (int k = 0; k < preparation.Pieced.Length; k++)
            {
                int first = (c * preparation.Width) + preparation.FirstPiece[k], count = preparation.Scales[preparation.Pieced[k]].Knots.Length - 1;
                double sum = 0;
                for (int at = first + count - 1; at >= first; at--)
                {
                    gradient[at] += sum;
                    sum += later[at];
                }
            }
        }
    }

    /// <summary>Derivatives of the loss by the outputs, in place of the outputs.</summary>
    private void Residuals(Span<double> z, int row)
    {
        switch (problem.Task)
        {
            case TrainingTask.Regression:
                z[0] -= targets[row];
                break;
            case TrainingTask.Binary:
                z[0] = (1 / (1 + Math.Exp(-z[0]))) - classes[row];
                break;
            default:
                problem.Probabilities(z, z);
                z[classes[row]] -= 1;
                break;
        }
    }

    private readonly record struct Lane(double Loss, double[] Gradient, double[] Later);
}
