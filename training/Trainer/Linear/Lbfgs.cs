using System.Numerics.Tensors;

namespace Tidemark.Trainer.Linear;

/// <summary>
/// Limited-memory BFGS (Nocedal and Wright, Numerical Optimization, 2nd ed., algorithm 7.4) with the bisecting line search for the weak
/// Wolfe conditions (Lewis and Overton 2013), which can't fail on a smooth convex function.
/// </summary>
internal static class Lbfgs
{
    private const int History = 10;
    private const int MostTries = 40;
    private const double Decrease = 1e-4, Curvature = 0.9;

    /// <summary>Minimises from <paramref name="x"/>, which becomes the minimum.</summary>
    /// <param name="x">The start.</param>
    /// <param name="evaluate">Value at a place; writes the gradient into its second argument.</param>
    /// <param name="most">Most iterations.</param>
    /// <param name="tolerance">Largest component of the gradient at which it is the minimum.</param>
    public static void Minimise(double[] x, Func<double[], double[], double> evaluate, int most, double tolerance)
    {
        int n = x.Length;
        double[] gradient = new double[n], next = new double[n], nextGradient = new double[n], direction = new double[n];
        var pairs = new List<(double[] Step, double[] Change, double Scale)>();
        double value = evaluate(x, gradient);
        for (int iteration = 0; iteration < most && TensorPrimitives.MaxMagnitude<double>(gradient) is var steepest && Math.Abs(steepest) > tolerance; iteration++)
        {
            Direct(gradient, pairs, direction);
            double slope = TensorPrimitives.Dot<double>(gradient, direction);
            double step = pairs.Count == 0 ? Math.Min(1, 1 / TensorPrimitives.Norm<double>(gradient)) : 1;
            if (!Search(x, direction, value, slope, step, evaluate, next, nextGradient, out double nextValue)) return;
            double[] taken = new double[n], change = new double[n];
            TensorPrimitives.Subtract<double>(next, x, taken);
            TensorPrimitives.Subtract<double>(nextGradient, gradient, change);
            double product = TensorPrimitives.Dot<double>(taken, change);
            if (product > 1e-300) pairs.Add((taken, change, 1 / product));
            if (pairs.Count > History) pairs.RemoveAt(0);
            bool settled = value - nextValue <= 1e-10 * Math.Max(Math.Abs(value), 1e-12);
            value = nextValue;
            next.CopyTo(x, 0);
            nextGradient.CopyTo(gradient, 0);
            if (settled) return;
        }
    }

    /// <summary>Minus the inverse Hessian's estimate times the gradient: the two loops.</summary>
    private static void Direct(double[] gradient, List<(double[] Step, double[] Change, double Scale)> pairs, double[] direction)
    {
        TensorPrimitives.Negate<double>(gradient, direction);
        Span<double> alphas = stackalloc double[pairs.Count];
        for (int k = pairs.Count - 1; k >= 0; k--)
        {
            alphas[k] = pairs[k].Scale * TensorPrimitives.Dot<double>(pairs[k].Step, direction);
            TensorPrimitives.MultiplyAdd<double>(pairs[k].Change, -alphas[k], direction, direction);
        }

        if (pairs.Count > 0)
        {
            var (_, change, scale) = pairs[^1];
            TensorPrimitives.Multiply<double>(direction, 1 / (scale * TensorPrimitives.SumOfSquares<double>(change)), direction);
        }

        for (int k = 0; k < pairs.Count; k++)
        {
            double beta = pairs[k].Scale * TensorPrimitives.Dot<double>(pairs[k].Change, direction);
            TensorPrimitives.MultiplyAdd<double>(pairs[k].Step, alphas[k] - beta, direction, direction);
        }
    }

    private static bool Search(
        double[] x, double[] direction, double value, double slope, double step, Func<double[], double[], double> evaluate, double[] next, double[] gradient, out double found)
    {
        double low = 0, high = double.PositiveInfinity;
        found = value;
        for (int tries = 0; tries < MostTries; tries++)
        {
            TensorPrimitives.MultiplyAdd<double>(direction, step, x, next);
            found = evaluate(next, gradient);
            if (!(found <= value + (Decrease * step * slope))) high = step;
            else if (TensorPrimitives.Dot<double>(gradient, direction) < Curvature * slope) low = step;
            else return true;
            step = double.IsInfinity(high) ? 2 * step : (low + high) / 2;
        }

        return false;
    }
}
