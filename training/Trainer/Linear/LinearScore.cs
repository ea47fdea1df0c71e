using System.Numerics.Tensors;

namespace Tidemark.Trainer.Linear;

/// <summary>Weights of a linear model made ready to score rows.</summary>
/// <param name="weights">Per output its weights, then all intercepts.</param>
internal readonly struct LinearScore(LinearPreparation preparation, int outputs, double[] weights)
{
    private readonly double[] full = FullPieces(preparation, outputs, weights);

    /// <summary>The outputs for a row.</summary>
    public void Row(Design design, int row, Span<double> scores)
    {
        int width = preparation.Width;
        var pieces = design.Pieces(row);
        var into = design.Into(row);
        for (int c = 0; c < outputs; c++)
        {
            var w = weights.AsSpan(c * width, width);
            double score = weights[(outputs * width) + c] + TensorPrimitives.Dot(design.Dense(row), w[..preparation.Dense]);
            for (int k = 0; k < pieces.Length; k++)
            {
                int at = preparation.FirstPiece[k] + pieces[k];
                score += full[(c * width) + at] + (into[k] * w[at]);
            }

            foreach (int at in design.Indicators(row))
            {
                if (at >= 0) score += w[at];
            }

            scores[c] = score;
        }
    }

    /// <summary>The outputs for all rows, [rows, outputs].</summary>
    public double[] All(Design design)
    {
        double[] all = new double[design.Rows * outputs];
        for (int row = 0; row < design.Rows; row++) Row(design, row, all.AsSpan(row * outputs, outputs));
        return all;
    }

    /// <summary>Per piece the sum of the weights of the pieces before it.</summary>
    private static double[] FullPieces(LinearPreparation preparation, int outputs, double[] weights)
    {
        double[] full = new double[outputs * preparation.Width];
        for (int c = 0; c < outputs; c++)
        {
            for (int k = 0; k < preparation.Pieced.Length; k++)
            {
                int first = (c * preparation.Width) + preparation.FirstPiece[k], count = preparation.Scales[preparation.Pieced[k]].Knots.Length - 1;
                for (int at = first + 1; at < first + count; at++) full[at] = full[at - 1] + weights[at - 1];
            }
        }

        return full;
    }
}
