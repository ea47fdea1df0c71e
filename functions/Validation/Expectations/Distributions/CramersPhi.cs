using System.Text.Json.Nodes;
using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// <c>expect_column_pair_cramers_phi_value_to_be_less_than</c>: Cramér's V of the two columns' cross table, from the chi-square statistic
/// (with Yates' correction for a 2 × 2 table, as scipy does), rows with a missing value left out; 0 is independence, 1 determination.
/// </summary>
internal sealed class CramersPhi : Evaluator
{
    private static readonly string[] Binnings = ["bins_A", "bins_B", "n_bins_A", "n_bins_B"];
    private readonly string a, b;
    private readonly double threshold;
    private readonly ResultFormat format;
    private readonly RowCondition? condition;
    private readonly Dictionary<(UInt128 A, UInt128 B), long> table = [];
    private long rows;

    public CramersPhi(Arguments arguments, ResultFormat format)
    {
        (a, b, this.format) = (arguments.Text("column_A"), arguments.Text("column_B"), format);
        threshold = arguments.Number("threshold") ?? 0.1;
        arguments.Ignore("ignore_row_if");
        if (Binnings.FirstOrDefault(arguments.Has) is { } bins)
            arguments.Refuse(new Fault("NotImplementedError", $"{bins} is not supported: bin the columns before, or compare categorical columns."));
        condition = RowCondition.Of(arguments);
    }

    protected override void Look(Batch batch)
    {
        (Column left, Column right) = (Find(batch, a), Find(batch, b));
        bool[] considered = new bool[batch.Table.Rows];
        Select(condition, batch, considered);
        for (int i = 0; i < considered.Length; i++)
        {
            if (!considered[i])
                continue;
            rows++;
            if (batch.Present(left)[i] && batch.Present(right)[i])
                table[(ValueKey.At(left, i), ValueKey.At(right, i))] = table.GetValueOrDefault((ValueKey.At(left, i), ValueKey.At(right, i))) + 1;
        }
    }

    protected override Verdict Decide()
    {
        Dictionary<UInt128, long> left = Totals(cell => cell.A), right = Totals(cell => cell.B);
        int smaller = Math.Min(left.Count, right.Count);
        double? phi = smaller < 2 ? null : Math.Clamp(Math.Sqrt(ChiSquare(left, right) / rows / (smaller - 1)), 0, 1);
        var result = new JsonObject();
        if (format.Detail != ResultDetail.BooleanOnly)
            result["observed_value"] = phi;
        return new Verdict(phi <= threshold, result);
    }

    private Dictionary<UInt128, long> Totals(Func<(UInt128 A, UInt128 B), UInt128> side) =>
        table.GroupBy(cell => side(cell.Key)).ToDictionary(group => group.Key, group => group.Sum(cell => cell.Value));

    private double ChiSquare(Dictionary<UInt128, long> left, Dictionary<UInt128, long> right)
    {
        double total = table.Values.Sum(), statistic = 0;
        bool corrected = left.Count == 2 && right.Count == 2;
        foreach ((UInt128 x, long ofX) in left)
        {
            foreach ((UInt128 y, long ofY) in right)
            {
                double expected = ofX * ofY / total, distance = Math.Abs(table.GetValueOrDefault((x, y)) - expected);
                distance -= corrected ? Math.Min(0.5, distance) : 0;
                statistic += distance * distance / expected;
            }
        }

        return statistic;
    }
}
