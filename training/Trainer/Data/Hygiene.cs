using Tidemark.Platform.Errors;

namespace Tidemark.Trainer.Data;

/// <summary>A column that no model gets, and why.</summary>
internal sealed record DroppedColumn(string Column, string Reason);

/// <summary>Leaves out columns that can't help or that would lie: by training rows alone.</summary>
internal static class Hygiene
{
    private const int FewestForIds = 50;

    /// <summary>Drops columns of the data set; a failure when none is left.</summary>
    public static Outcome<IReadOnlyList<DroppedColumn>> Apply(Dataset data, int maxCategories)
    {
        var dropped = new List<DroppedColumn>();
        bool Stays(string name, string? reason)
        {
            if (reason is not null) dropped.Add(new(name, reason));
            return reason is null;
        }

        string[] numberNames = data.NumberNames, textNames = data.TextNames;
        int[] numbers = [.. Enumerable.Range(0, numberNames.Length).Where(f => Stays(numberNames[f], Fault(data.Training.Numbers[f])))];
        int[] texts = [.. Enumerable.Range(0, textNames.Length).Where(f => Stays(textNames[f], Fault(data.Training.Texts[f], data.Ids[f].Count, maxCategories)))];
        if (numbers.Length + texts.Length == 0)
        {
            return new Failure(FailureKind.Unprocessable, "No usable column",
                $"Every feature was dropped: {string.Join(' ', dropped.Take(10).Select(d => $"'{d.Column}' {d.Reason}."))}");
        }

        data.Keep(numbers, texts);
        return dropped;
    }

    /// <summary>Numbers so large beside their spread that float32 loses what tells them apart.</summary>
    public static IEnumerable<string> Warnings(Dataset data)
    {
        foreach (var (name, column) in data.NumberNames.Zip(data.Training.Numbers))
        {
            double[] finite = [.. column.Where(float.IsFinite).Select(v => (double)v)];
            double mean = finite.Average(), deviation = Math.Sqrt(finite.Average(v => (v - mean) * (v - mean)));
            if (Math.Abs(mean) > 1e4 * deviation)
                yield return $"'{name}' has a mean of {mean:g4} and a standard deviation of {deviation:g4}: float32 loses its last digits; take it relative to a base.";
        }
    }

    private static string? Fault(float[] cells)
    {
        float first = float.NaN, last = float.NegativeInfinity;
        bool differs = false, rises = true;
        int present = 0;
        foreach (float cell in cells)
        {
            if (!float.IsFinite(cell)) continue;
            if (present++ == 0) first = cell;
            differs |= cell != first;
            rises &= cell > last && cell == MathF.Floor(cell);
            last = cell;
        }

        if (present == 0) return "has no finite value in training";
        if (!differs && present == cells.Length) return $"is constant ({first}) in training";
        return rises && differs && present >= FewestForIds ? "looks like an identifier: whole numbers that rise from row to row" : null;
    }

    private static string? Fault(int[] cells, int ids, int maxCategories)
    {
        bool[] seen = new bool[ids];
        int present = 0, distinct = 0;
        foreach (int cell in cells)
        {
            if (!seen[cell] && cell != TextIds.Missing) distinct++;
            seen[cell] = true;
            present += cell == TextIds.Missing ? 0 : 1;
        }

        if (present == 0) return "is empty in training";
        if (distinct == 1 && present == cells.Length) return "is constant in training";
        return present >= FewestForIds && distinct > maxCategories && distinct * 2 > present ? $"looks like an identifier: {distinct} different texts in {present} cells" : null;
    }
}
