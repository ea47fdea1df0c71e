namespace Tidemark.Trainer.Data;

/// <summary>Rows that train, validate or test, column by column.</summary>
internal sealed class Part
{
    /// <summary>All rows; <see cref="Classes"/> and <see cref="Targets"/> are this long.</summary>
    public required int Rows { get; init; }

    /// <summary>Rows whose cells are in memory, the first ones: all, unless there is so much training data that the rest is kept in bins only.</summary>
    public required int Kept { get; init; }

    /// <summary>Per numeric column its cells; missing is NaN.</summary>
    public required float[][] Numbers { get; init; }

    /// <summary>Per categorical column its cells as <see cref="TextIds"/>.</summary>
    public required int[][] Texts { get; init; }

    /// <summary>Class per row; all 0 for a regression.</summary>
    public required int[] Classes { get; init; }

    /// <summary>Number per row; all 0 for a classification.</summary>
    public required double[] Targets { get; init; }

    public static Part OfSize(int rows, int kept, int numbers, int texts) => new()
    {
        Rows = rows,
        Kept = kept,
        Numbers = [.. Enumerable.Range(0, numbers).Select(_ => new float[kept])],
        Texts = [.. Enumerable.Range(0, texts).Select(_ => new int[kept])],
        Classes = new int[rows],
        Targets = new double[rows],
    };

    /// <summary>Some of the rows, in the order given; a row may be given more than once.</summary>
    public Part Gather(int[] rows) => new()
    {
        Rows = rows.Length,
        Kept = rows.Length,
        Numbers = Array.ConvertAll(Numbers, column => Array.ConvertAll(rows, row => column[row])),
        Texts = Array.ConvertAll(Texts, column => Array.ConvertAll(rows, row => column[row])),
        Classes = Array.ConvertAll(rows, row => Classes[row]),
        Targets = Array.ConvertAll(rows, row => Targets[row]),
    };

    /// <summary>The same rows with some of the columns.</summary>
    public Part With(int[] numbers, int[] texts) => new()
    {
        Rows = Rows,
        Kept = Kept,
        Numbers = Array.ConvertAll(numbers, at => Numbers[at]),
        Texts = Array.ConvertAll(texts, at => Texts[at]),
        Classes = Classes,
        Targets = Targets,
    };
}
