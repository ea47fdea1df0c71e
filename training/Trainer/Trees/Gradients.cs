using System.Numerics.Tensors;
using Tidemark.Retraining.Contract;
using Tidemark.Trainer.Runs;

namespace Tidemark.Trainer.Trees;

/// <summary>
/// First and second derivatives of the loss by a row's score, as whole numbers packed into one: the first in the upper 32 bits (signed), the
/// second in the lower (unsigned). Scales make the sums over all rows stay below 2^30 and 2^31, so a histogram entry is one addition, sums are
/// exact, and nothing depends on their order, hence on the number of threads (the idea of Shi et al., "Quantized Training of Gradient Boosting
/// Decision Trees", NeurIPS 2022, with many more bits).
/// </summary>
internal sealed class Gradients(Problem problem, int[] classes, float[] targets)
{
    private const int Chunk = 1 << 16;
    private readonly int rows = classes.Length;
    private readonly float[] first = new float[classes.Length];
    private readonly float[] second = new float[classes.Length];
    private readonly double[] sums = new double[2 * ((classes.Length / Chunk) + 1)];

    public long[] Packed { get; } = new long[classes.Length];

    /// <summary>What a unit of the upper and of the lower half is worth.</summary>
    public double FirstUnit { get; private set; }

    public double SecondUnit { get; private set; }

    /// <param name="scores">Scores before this round, [outputs][rows].</param>
    /// <param name="output">Which output the next tree is for.</param>
    /// <param name="parallel">Threads.</param>
    public void Compute(float[][] scores, int output, ParallelOptions parallel)
    {
        int chunks = (rows + Chunk - 1) / Chunk;
        Parallel.For(0, chunks, parallel, chunk => Derive(scores, output, chunk, Math.Min(rows, (chunk + 1) * Chunk)));
        double firsts = 0, seconds = 0;
        for (int chunk = 0; chunk < chunks; chunk++) (firsts, seconds) = (firsts + sums[2 * chunk], seconds + sums[(2 * chunk) + 1]);
        (FirstUnit, SecondUnit) = (Math.Max(firsts, 1e-30) / (1 << 30), Math.Max(seconds, 1e-30) / (1L << 31));
        float firstScale = (float)(1 / FirstUnit), secondScale = (float)(1 / SecondUnit);
        Parallel.For(0, chunks, parallel, chunk =>
        {
            for (int row = chunk * Chunk; row < Math.Min(rows, (chunk + 1) * Chunk); row++)
                Packed[row] = ((long)MathF.Round(first[row] * firstScale) << 32) + (long)MathF.Round(second[row] * secondScale);
        });
    }

    private void Derive(float[][] scores, int output, int chunk, int to)
    {
        int from = chunk * Chunk, count = to - from;
        var g = first.AsSpan(from, count);
        var h = second.AsSpan(from, count);
        if (problem.Task == TrainingTask.Regression)
        {
            TensorPrimitives.Subtract(scores[0].AsSpan(from, count), targets.AsSpan(from, count), g);
            h.Fill(1);
        }
        else
        {
            Probabilities(scores, output, from, g);
            double[] weights = problem.ClassWeights;
            for (int k = 0; k < count; k++)
            {
                int @class = classes[from + k];
                float weight = (float)weights[@class], p = g[k];
                bool hit = problem.Task == TrainingTask.Binary ? @class == 1 : @class == output;
                h[k] = weight * MathF.Max(p * (1 - p), 1e-6f);
                g[k] = weight * (p - (hit ? 1 : 0));
            }
        }

        (sums[2 * chunk], sums[(2 * chunk) + 1]) = (TensorPrimitives.SumOfMagnitudes<float>(g), TensorPrimitives.Sum<float>(h));
    }

    private void Probabilities(float[][] scores, int output, int from, Span<float> p)
    {
        if (problem.Task == TrainingTask.Binary)
        {
            TensorPrimitives.Sigmoid(scores[0].AsSpan(from, p.Length), p);
            return;
        }

        for (int k = 0; k < p.Length; k++)
        {
            float most = float.NegativeInfinity, sum = 0;
            foreach (float[] score in scores) most = MathF.Max(most, score[from + k]);
            foreach (float[] score in scores) sum += MathF.Exp(score[from + k] - most);
            p[k] = MathF.Exp(scores[output][from + k] - most) / sum;
        }
    }
}
