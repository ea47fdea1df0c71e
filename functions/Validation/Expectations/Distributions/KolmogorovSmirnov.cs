namespace Tidemark.Validation.Expectations;

/// <summary>The one-sample Kolmogorov-Smirnov test, two-sided.</summary>
internal static class KolmogorovSmirnov
{
    /// <value>Largest sample whose p-value is computed exactly. 140.</value>
    private const int MostExact = 140;

    /// <summary>The largest distance between the sample's distribution function and <paramref name="cdf"/>.</summary>
    public static double Distance(ReadOnlySpan<double> sorted, Func<double, double> cdf)
    {
        double distance = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            double expected = cdf(sorted[i]);
            distance = Math.Max(distance, Math.Max((i + 1.0) / sorted.Length - expected, expected - ((double)i / sorted.Length)));
        }

        return distance;
    }

    /// <summary>
    /// The chance of a distance as large under the hypothesis: exact by the matrix of Marsaglia, Tsang and Wang (2003) up to 140 values;
    /// above, Kolmogorov's limit with Vrbik's correction (2018), whose error stays below 1e-4 there.
    /// </summary>
    public static double PValue(double distance, int count)
    {
        if (distance <= 0.5 / count)
            return 1;
        if (distance >= 1)
            return 0;
        return Math.Clamp(count <= MostExact ? 1 - Exact(distance, count) : Limit(distance, count), 0, 1);
    }

    private static double Limit(double distance, int count)
    {
        double root = Math.Sqrt(count), x = (distance * root) + (1 / (6 * root));
        x += ((distance * root) - 1) / (4 * count);
        double sum = 0;
        for (int k = 1; k <= 100; k++)
            sum += (k % 2 == 1 ? 2 : -2) * Math.Exp(-2.0 * k * k * x * x);
        return sum;
    }

    private static double Exact(double distance, int count)
    {
        int k = (int)(count * distance) + 1, size = (2 * k) - 1;
        double h = k - (count * distance);
        double[,] matrix = Matrix(size, h);
        (double[,] power, int exponent) = Power(matrix, size, count);
        double p = power[k - 1, k - 1];
        for (int i = 1; i <= count; i++)
        {
            p *= (double)i / count;
            if (p < 1e-140)
                (p, exponent) = (p * 1e140, exponent - 140);
        }

        return p * Math.Pow(10, exponent);
    }

    private static double[,] Matrix(int size, double h)
    {
        var matrix = new double[size, size];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
                matrix[i, j] = i - j + 1 < 0 ? 0 : 1;
        }

        for (int i = 0; i < size; i++)
        {
            matrix[i, 0] -= Math.Pow(h, i + 1);
            matrix[size - 1, i] -= Math.Pow(h, size - i);
        }

        matrix[size - 1, 0] += (2 * h) - 1 > 0 ? Math.Pow((2 * h) - 1, size) : 0;
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size && i - j + 1 > 0; j++)
            {
                for (int g = 1; g <= i - j + 1; g++)
                    matrix[i, j] /= g;
            }
        }

        return matrix;
    }

    private static (double[,] Matrix, int Exponent) Power(double[,] matrix, int size, int power)
    {
        if (power == 1)
            return (matrix, 0);
        (double[,] half, int exponent) = Power(matrix, size, power / 2);
        double[,] product = Multiply(half, half, size);
        exponent *= 2;
        if (power % 2 == 1)
            product = Multiply(matrix, product, size);
        if (product[size / 2, size / 2] > 1e140)
        {
            for (int i = 0; i < size * size; i++)
                product[i / size, i % size] *= 1e-140;
            exponent += 140;
        }

        return (product, exponent);
    }

    private static double[,] Multiply(double[,] a, double[,] b, int size)
    {
        var product = new double[size, size];
        for (int i = 0; i < size; i++)
        {
            for (int k = 0; k < size; k++)
            {
                double factor = a[i, k];
                for (int j = 0; j < size && factor != 0; j++)
                    product[i, j] += factor * b[k, j];
            }
        }

        return product;
    }
}
