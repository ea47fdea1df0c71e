using System.Globalization;
using Tidemark.Trainer.Data;

namespace Tidemark.Trainer.Runs;

/// <summary>A candidate and what validation says of it.</summary>
/// <param name="Loss">Mean loss.</param>
/// <param name="StandardError">Of that mean.</param>
internal sealed record Judged(Fitted Fitted, double[] Losses, double Loss, double StandardError);

/// <summary>The simplest candidate that is as good as the best, as far as validation can tell.</summary>
/// <param name="Chosen">The one to serve.</param>
/// <param name="Best">The one with the least loss.</param>
/// <param name="Reason">Why, in words.</param>
internal sealed record Choice(Judged Chosen, Judged Best, string Reason)
{
    /// <param name="fitted">From simple to rich.</param>
    public static (Choice Choice, IReadOnlyList<Judged> All) Make(IReadOnlyList<Fitted> fitted, Problem problem, Part validation, double tolerance)
    {
        Judged[] all = [.. fitted.Select(f => Judge(f, f.Losses(problem, validation)))];
        var best = all.MinBy(j => j.Loss)!;
        foreach (var candidate in all)
        {
            double[] differences = [.. candidate.Losses.Zip(best.Losses, (a, b) => a - b)];
            double excess = differences.Average(), error = Error(differences, excess), allowed = Math.Max(tolerance * best.Loss, error);
            if (excess > allowed) continue;
            string reason = ReferenceEquals(candidate, best)
                ? $"{candidate.Fitted.Name} has the least validation loss ({Text(best.Loss)}), and no simpler candidate comes within its tolerance."
                : $"{candidate.Fitted.Name} is the simplest whose validation loss ({Text(candidate.Loss)}) is within {Text(allowed)} of that of {best.Fitted.Name} ({Text(best.Loss)}).";
            return (new(candidate, best, reason), all);
        }

        throw new InvalidOperationException("The best candidate is within any tolerance of itself.");
    }

    private static Judged Judge(Fitted fitted, double[] losses)
    {
        double mean = losses.Average();
        return new(fitted, losses, mean, Error(losses, mean));
    }

    private static double Error(double[] values, double mean) =>
        values.Length < 2 ? 0 : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1) / values.Length);

    private static string Text(double value) => value.ToString("g4", CultureInfo.InvariantCulture);
}
