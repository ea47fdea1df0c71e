using Tidemark.BatchScoring.Scoring;
using Tidemark.Platform.Inference;
using Tidemark.Platform.Tabular;
using Tidemark.Prediction;
using Tidemark.Tests.Platform.Inference;
using Xunit;

namespace Tidemark.Tests.BatchScoring;

/// <summary>What of a table goes into the inputs of a model.</summary>
public sealed class FeatureTensorTests : IDisposable
{
    private readonly OnnxModel model = OnnxModel.Load(Models.Linear([1, 2]).ToBytes()).Value!;
    private readonly List<Misfit> misfits = [];

    public void Dispose() => model.Dispose();

    [Fact]
    public void Rows_one_after_another_go_in_as_rows_with_gaps_do()
    {
        Table table = Rows([1.5, -2, 3, 4], [0.1, 1e-50, 3.4028234663852886e38, 7]);

        Assert.Equal([-2, 0, 3, float.MaxValue, 4, 7], Fill(table, [1, 2, 3]));
        Assert.Equal([1.5f, 0.1f, 3, float.MaxValue], Fill(table, [0, 2]));
        Assert.Empty(misfits);
    }

    [Fact]
    public void A_missing_number_is_NaN_among_others_that_are_there()
    {
        Table table = Rows([1, null, 3], [4, 5, 6]);

        Assert.Equal([1, 4, float.NaN, 5, 3, 6], Fill(table, [0, 1, 2]));
    }

    [Fact]
    public void What_32_bits_do_not_hold_is_noted_and_an_infinity_that_was_written_is_none()
    {
        Fill(Rows([1, -3.5e38, 1], [double.PositiveInfinity, double.NaN, 1]), [0, 1, 2]);

        Assert.Equal([(1, "0")], misfits.Select(misfit => (misfit.Row, misfit.Column)));
    }

    private static Table Rows(params double?[][] columns) => new Table([.. columns.Select(Column)]).Filled(columns[0].Length);

    private static RealColumn Column(double?[] cells, int place)
    {
        var column = new RealColumn($"c{place}");
        foreach (double? cell in cells)
        {
            if (cell is { } value)
                column.Append(value);
            else
                column.AppendMissing();
        }

        return column;
    }

    private float[] Fill(Table table, int[] rows)
    {
        TensorBuffer[] tensors = [new(model.Inputs[0])];
        new FeatureTensors(FrameLayout.Of(model), model.Inputs).Fill(table, rows, tensors, misfits);
        return tensors[0].Elements<float>(2 * rows.Length).ToArray();
    }
}
