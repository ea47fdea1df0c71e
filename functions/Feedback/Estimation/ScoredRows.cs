namespace Tidemark.Feedback.Estimation;

/// <summary>Rows of a model that gives scores to classes.</summary>
/// <param name="Scores">Of two classes the score of the positive one; of more, row after row, one score a class.</param>
/// <param name="Predictions">Class of each row, counted from 0; 1 is the positive one of two.</param>
/// <param name="Labels">True class of each row; null: not known.</param>
/// <param name="Classes">Number of classes.</param>
public sealed record ScoredRows(double[] Scores, int[] Predictions, int[]? Labels, int Classes = 2)
{
    public int Count => Predictions.Length;

    private int Width => Classes == 2 ? 1 : Classes;

    /// <summary>Consecutive chunks; the last may be smaller.</summary>
    public IEnumerable<ScoredRows> Chunks(int size)
    {
        for (int from = 0; from < Count; from += size)
        {
            int to = Math.Min(Count, from + size);
            yield return this with { Scores = Scores[(from * Width)..(to * Width)], Predictions = Predictions[from..to], Labels = Labels?[from..to] };
        }
    }

    /// <summary>Each class against the rest; of two the positive one only.</summary>
    public IReadOnlyList<ScoredRows> Parts() => Width == 1 ? [this] : [.. Enumerable.Range(0, Classes).Select(c => new ScoredRows(
        [.. Enumerable.Range(0, Count).Select(row => Scores[(row * Classes) + c])], Array.ConvertAll(Predictions, p => p == c ? 1 : 0), Labels is null ? null : Array.ConvertAll(Labels, l => l == c ? 1 : 0)))];

    /// <summary>Of more than two classes, per row its scores.</summary>
    public double[][] ByRow() => [.. Scores.Chunk(Width)];
}
