using Tidemark.Trainer.Data;

namespace Tidemark.Trainer.Linear;

/// <summary>
/// Rows prepared for a linear model, kept as what they are: standardised numbers dense, pieces as (piece, how far into it), categories as
/// the place of their indicator. A row of twelve pieces a number costs no more than a row without.
/// </summary>
internal sealed class Design
{
    private readonly LinearPreparation preparation;
    private readonly double[] dense;
    private readonly byte[] pieces;
    private readonly float[] into;
    private readonly int[] indicators;

    public Design(LinearPreparation preparation, Part part)
    {
        this.preparation = preparation;
        Rows = part.Kept;
        dense = new double[(long)Rows * preparation.Dense];
        pieces = new byte[Rows * preparation.Pieced.Length];
        into = new float[pieces.Length];
        indicators = new int[Rows * preparation.Maps.Length];
        for (int f = 0; f < preparation.Scales.Length; f++) FillNumber(f, part.Numbers[f]);
        for (int k = 0; k < preparation.Flagged.Length; k++)
        {
            var cells = part.Numbers[preparation.Flagged[k]];
            for (int row = 0; row < Rows; row++) dense[(row * preparation.Dense) + preparation.Scales.Length + k] = float.IsNaN(cells[row]) ? 1 : 0;
        }

        for (int f = 0; f < preparation.Maps.Length; f++)
        {
            for (int row = 0; row < Rows; row++)
                indicators[(row * preparation.Maps.Length) + f] = preparation.Indicators[f][preparation.Maps[f].Code(part.Texts[f][row])];
        }
    }

    public int Rows { get; }

    public ReadOnlySpan<double> Dense(int row) => dense.AsSpan(row * preparation.Dense, preparation.Dense);

    public ReadOnlySpan<byte> Pieces(int row) => pieces.AsSpan(row * preparation.Pieced.Length, preparation.Pieced.Length);

    public ReadOnlySpan<float> Into(int row) => into.AsSpan(row * preparation.Pieced.Length, preparation.Pieced.Length);

    public ReadOnlySpan<int> Indicators(int row) => indicators.AsSpan(row * preparation.Maps.Length, preparation.Maps.Length);

    private void FillNumber(int f, float[] cells)
    {
        var scale = preparation.Scales[f];
        int k = Array.IndexOf(preparation.Pieced, f);
        for (int row = 0; row < Rows; row++)
        {
            float value = scale.Of(cells[row]);
            dense[(row * preparation.Dense) + f] = value;
            if (k >= 0) (pieces[(row * preparation.Pieced.Length) + k], into[(row * preparation.Pieced.Length) + k]) = scale.PieceOf(value);
        }
    }
}
