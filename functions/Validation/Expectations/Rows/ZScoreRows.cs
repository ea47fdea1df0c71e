using System.Text.Json.Nodes;
using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// <c>expect_column_value_z_scores_to_be_less_than</c>: (value - mean) / sample standard deviation, its size when <c>double_sided</c>.
/// Mean and deviation are those of the whole column, so every value is kept (16 bytes each).
/// </summary>
internal sealed class ZScoreRows : RowMap
{
    private readonly List<(long Row, double Value, JsonObject? Index)> values = [];
    private readonly double threshold;
    private readonly bool doubleSided;

    public ZScoreRows(Arguments arguments, ResultFormat format)
        : base(arguments, format, [arguments.Text("column")])
    {
        threshold = arguments.Number("threshold") ?? double.NaN;
        doubleSided = arguments.Flag("double_sided");
        if (double.IsNaN(threshold))
            arguments.Refuse(Fault.Kind("threshold, a number, must be given"));
    }

    public override bool IsRowwise => false;

    protected override void Judge(Column[] columns, ReadOnlySpan<bool> considered, Span<bool> unexpected)
    {
        for (int i = 0; i < considered.Length && Fault is null; i++)
        {
            if (!considered[i])
                continue;
            double? number = Values.Number(columns[0].Cell(i));
            if (number is null)
                Fail(Fault.Kind($"z scores need numbers; '{Names[0]}' holds {PythonText.Of(columns[0].Cell(i))}."));
            else
                values.Add((Batch!.Table.FirstRow + i, number.Value, IndexOf(i)));
        }
    }

    protected override void Finish()
    {
        double[] numbers = values.Select(value => value.Value).ToArray();
        (double mean, double deviation) = (Moments.Mean(numbers), Moments.StandardDeviation(numbers));
        foreach ((long row, double value, var index) in values)
        {
            double score = (value - mean) / deviation;
            if (!((doubleSided ? Math.Abs(score) : score) < threshold))
                Report(row, [value], index);
        }
    }
}
