using Tidemark.Trainer.Data;

namespace Tidemark.Trainer.Linear;

/// <summary>From cells to what a linear model weighs; everything in it was found in training rows.</summary>
/// <remarks>
/// Weights stand in this order: standardised numbers, flags of missing numbers, pieces of numbers (additive models only), indicators of
/// categories that training saw.
/// </remarks>
internal sealed class LinearPreparation
{
    private LinearPreparation(NumberScale[] scales, CategoryMap[] maps)
    {
        (Scales, Maps) = (scales, maps);
        Flagged = [.. Enumerable.Range(0, scales.Length).Where(f => scales[f].Flag)];
        Pieced = [.. Enumerable.Range(0, scales.Length).Where(f => scales[f].Knots.Length > 0)];
        Dense = scales.Length + Flagged.Length;
        int width = Dense;
        FirstPiece = Array.ConvertAll(Pieced, f => (width += scales[f].Knots.Length - 1) - scales[f].Knots.Length + 1);
        Indicators = Array.ConvertAll(maps, map =>
        {
            int[] places = new int[map.Codes];
            for (int code = 0; code < places.Length; code++)
                places[code] = (code == CategoryMap.Other && map.OtherRows == 0) || (code == CategoryMap.Missing && map.MissingRows == 0) ? -1 : width++;
            return places;
        });
        Width = width;
    }

    public NumberScale[] Scales { get; }

    public CategoryMap[] Maps { get; }

    /// <summary>Numeric columns with a flag for missing.</summary>
    public int[] Flagged { get; }

    /// <summary>Numeric columns with pieces.</summary>
    public int[] Pieced { get; }

    /// <summary>Place of the first piece of each of <see cref="Pieced"/>.</summary>
    public int[] FirstPiece { get; }

    /// <summary>Per categorical column and code the place of its indicator, -1 where training saw none.</summary>
    public int[][] Indicators { get; }

    /// <summary>Number of standardised numbers and flags.</summary>
    public int Dense { get; }

    /// <summary>Number of weights per output, the intercept not counted.</summary>
    public int Width { get; }

    public static LinearPreparation Fit(Part training, TextIds[] ids, int maxCategories, bool piecewise) => new(
        Array.ConvertAll(training.Numbers, column => NumberScale.Fit(column, piecewise)),
        [.. training.Texts.Select((column, f) => CategoryMap.Fit(column, ids[f], maxCategories))]);
}
