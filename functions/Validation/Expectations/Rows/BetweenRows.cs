using System.Numerics;
using System.Numerics.Tensors;
using System.Text;
using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// <c>expect_column_values_to_be_between</c>: numbers, texts (by code point) or dates within bounds that belong to the range unless
/// <c>strict_min</c> or <c>strict_max</c>. Texts are dates when the column holds dates or <c>parse_strings_as_datetimes</c> is set.
/// </summary>
internal sealed class BetweenRows : RowMap
{
    private static readonly Fault Mixture = Fault.Kind("Column values, min_value, and max_value must either be None or of the same type.");
    private readonly object? min, max;
    private readonly bool strictMin, strictMax, parseDates;
    private readonly double low, high;
    private readonly byte[] lowText, highText;

    public BetweenRows(Arguments arguments, ResultFormat format)
        : base(arguments, format, [arguments.Text("column")])
    {
        (min, max) = (Values.FromJson(arguments.Node("min_value")), Values.FromJson(arguments.Node("max_value")));
        (strictMin, strictMax) = (arguments.Flag("strict_min"), arguments.Flag("strict_max"));
        parseDates = arguments.Flag("parse_strings_as_datetimes");
        if (arguments.Flag("allow_cross_type_comparisons"))
            arguments.Refuse(new Fault("NotImplementedError", "allow_cross_type_comparisons is not supported: give bounds of the column's type."));
        if (min is null && max is null)
            arguments.Refuse(Fault.Value("min_value and max_value cannot both be None"));
        if (parseDates)
            (min, max) = (Date(arguments, min), Date(arguments, max));
        if (min is not null && max is not null && Values.Compare(min, max) is not <= 0)
            arguments.Refuse(Values.Compare(min, max) is null ? Mixture : Fault.Value("min_value cannot be greater than max_value"));
        low = strictMin ? Math.BitIncrement(Values.Number(min) ?? double.NaN) : Values.Number(min) ?? double.NegativeInfinity;
        high = strictMax ? Math.BitDecrement(Values.Number(max) ?? double.NaN) : Values.Number(max) ?? double.PositiveInfinity;
        (lowText, highText) = (Encoding.UTF8.GetBytes(min as string ?? ""), Encoding.UTF8.GetBytes(max as string ?? ""));
        (low, high) = (double.IsNaN(low) ? double.NegativeInfinity : low, double.IsNaN(high) ? double.PositiveInfinity : high);
    }

    /// <summary>The bounds as a repair may use them: null where open, strict bounds one step inside.</summary>
    public (double? Low, double? High) Limits => (min is null ? null : low, max is null ? null : high);

    protected override bool AllMeet(Column[] columns) => (min ?? max) is long or double or bool && columns[0] switch
    {
        RealColumn real => AllWithin(real.Values),
        IntegerColumn { Count: > 0 } whole => TensorPrimitives.Min<long>(whole.Values) >= low && TensorPrimitives.Max<long>(whole.Values) <= high,
        _ => false,
    };

    protected override void Judge(Column[] columns, ReadOnlySpan<bool> considered, Span<bool> unexpected)
    {
        bool numeric = (min ?? max) is long or double or bool;
        if (numeric && columns[0] is IntegerColumn whole)
            Judge(whole.Values, unexpected);
        else if (numeric && columns[0] is RealColumn real)
            Judge(real.Values, unexpected);
        else if (columns[0] is TextColumn text && min is not (long or double or bool or DateTime or DateTimeOffset) && max is null or string)
            Judge(text, unexpected);
        else
            JudgeCells(columns[0], considered, unexpected);
    }

    private static object? Date(Arguments arguments, object? bound)
    {
        if (bound is not string text)
            return bound;
        object? date = DateText.Parse(text);
        if (date is null)
            arguments.Refuse(Fault.Value($"'{text}' is not a date."));
        return date;
    }

    /// <summary>A vector at a time; false also where there is NaN, which no comparison holds for.</summary>
    private bool AllWithin(ReadOnlySpan<double> values)
    {
        Vector<double> least = new(low), most = new(high);
        int width = Vector<double>.Count, i = 0;
        for (; i <= values.Length - width; i += width)
        {
            var lanes = new Vector<double>(values[i..]);
            if (!Vector.GreaterThanOrEqualAll(lanes, least) || !Vector.LessThanOrEqualAll(lanes, most))
                return false;
        }

        for (; i < values.Length; i++)
        {
            if (!(values[i] >= low && values[i] <= high))
                return false;
        }

        return true;
    }

    private void Judge(ReadOnlySpan<long> values, Span<bool> unexpected)
    {
        for (int i = 0; i < values.Length; i++)
            unexpected[i] = !((values[i] >= low) & (values[i] <= high));
    }

    private void Judge(ReadOnlySpan<double> values, Span<bool> unexpected)
    {
        (double least, double most) = (low, high);
        unexpected = unexpected[..values.Length];
        for (int i = 0; i < values.Length; i++)
            unexpected[i] = !((values[i] >= least) & (values[i] <= most));
    }

    private void Judge(TextColumn column, Span<bool> unexpected)
    {
        for (int i = 0; i < unexpected.Length; i++)
        {
            ReadOnlySpan<byte> value = column.Utf8(i);
            int over = min is null ? 1 : value.SequenceCompareTo(lowText), under = max is null ? -1 : value.SequenceCompareTo(highText);
            unexpected[i] = over < 0 || under > 0 || (strictMin && over == 0) || (strictMax && under == 0);
        }
    }

    private void JudgeCells(Column column, ReadOnlySpan<bool> considered, Span<bool> unexpected)
    {
        for (int i = 0; i < unexpected.Length && Fault is null; i++)
        {
            if (!considered[i])
                continue;
            object? cell = column.Cell(i);
            if (parseDates && cell is string text)
                cell = DateText.Parse(text) ?? cell;
            int? over = Order(cell, min, 1), under = Order(cell, max, -1);
            if (over is null || under is null)
                Fail(Mixture);
            unexpected[i] = over < 0 || under > 0 || (strictMin && over == 0) || (strictMax && under == 0);
        }
    }

    private static int? Order(object? cell, object? bound, int open) => bound switch
    {
        null => open,
        string text when cell is DateTime or DateTimeOffset => Values.Compare(cell, DateText.Parse(text)),
        _ => Values.Compare(cell, bound),
    };
}
