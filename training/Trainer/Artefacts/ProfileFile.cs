using Tidemark.Retraining.Contract;
using Tidemark.Trainer.Data;
using Tidemark.Trainer.Runs;

namespace Tidemark.Trainer.Artefacts;

/// <summary>profile.json: what the training rows and the scores look like, for drift to be measured against.</summary>
internal static class ProfileFile
{
    private const int Quantiles = 100;
    private const int MostValues = 100;

    public static object Write(Dataset data, Problem problem, string labelColumn, Answers validation)
    {
        Part training = data.Training;
        var numbers = data.NumberNames.Select((name, f) => Number(name, Array.ConvertAll(training.Numbers[f], v => (double)v)));
        var texts = data.TextNames.Select((name, f) => Text(name, Array.ConvertAll(training.Texts[f], id => data.Ids[f][id])));
        var label = problem.ClassNames is { } classes ? Text(labelColumn, Array.ConvertAll(training.Classes, c => classes[c])) : Number(labelColumn, training.Targets);
        return new { contract = 1, rows = training.Rows, columns = numbers.Concat(texts).ToArray(), label, scores = Scores(problem, validation) };
    }

    private static object[] Scores(Problem problem, Answers validation)
    {
        if (problem.Task == TrainingTask.Regression) return [Number("prediction", validation.Values)];
        return [.. problem.ClassNames!.Select((name, c) => Number($"probabilities.{name}", [.. validation.Values.Where((_, at) => at % problem.Classes == c)]))];
    }

    private static object Number(string name, double[] cells)
    {
        double[] finite = [.. cells.Where(double.IsFinite)];
        Array.Sort(finite);
        double? mean = finite.Length > 0 ? finite.Average() : null;
        return new
        {
            name,
            kind = "numeric",
            rows = cells.Length,
            missing = cells.Count(double.IsNaN),
            infinite = cells.Count(double.IsInfinity),
            mean,
            standardDeviation = mean is { } m ? Math.Sqrt(finite.Average(v => (v - m) * (v - m))) : (double?)null,
            quantiles = finite.Length == 0 ? [] : Enumerable.Range(0, Quantiles + 1).Select(q => At(finite, q / (double)Quantiles)).ToArray(),
        };
    }

    private static object Text(string name, string[] cells)
    {
        var counts = cells.Where(cell => cell.Length > 0).CountBy(cell => cell).OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).ToArray();
        return new
        {
            name,
            kind = "categorical",
            rows = cells.Length,
            missing = cells.Count(cell => cell.Length == 0),
            distinct = counts.Length,
            values = counts.Take(MostValues).Select(c => new { value = c.Key, count = c.Value }).ToArray(),
            other = counts.Skip(MostValues).Sum(c => c.Value),
        };
    }

    private static double At(double[] sorted, double share)
    {
        double at = share * (sorted.Length - 1);
        int low = (int)at, high = Math.Min(low + 1, sorted.Length - 1);
        return sorted[low] + ((at - low) * (sorted[high] - sorted[low]));
    }
}
