using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary><c>expect_column_value_lengths_to_be_between</c> and <c>…_to_equal</c>: in code points; of a number, the digits Python writes.</summary>
internal sealed class LengthRows : RowMap
{
    private readonly long low, high;

    public LengthRows(Arguments arguments, ResultFormat format, bool equal)
        : base(arguments, format, [arguments.Text("column")])
    {
        long? min = arguments.Whole(equal ? "value" : "min_value"), max = equal ? min : arguments.Whole("max_value");
        if (min is null && max is null)
            arguments.Refuse(Fault.Value(equal ? "value, the length, must be given" : "min_value and max_value cannot both be None"));
        if (min > max)
            arguments.Refuse(Fault.Value("min_value cannot be greater than max_value"));
        low = (min ?? long.MinValue) + (!equal && min is not null && arguments.Flag("strict_min") ? 1 : 0);
        high = (max ?? long.MaxValue) - (!equal && max is not null && arguments.Flag("strict_max") ? 1 : 0);
    }

    protected override void Judge(Column[] columns, ReadOnlySpan<bool> considered, Span<bool> unexpected)
    {
        bool ascii = columns[0] is TextColumn { IsAscii: true };
        for (int i = 0; i < unexpected.Length; i++)
        {
            if (!considered[i])
                continue;
            int length = columns[0] is not TextColumn text ? PythonText.Of(columns[0].Cell(i)).EnumerateRunes().Count()
                : ascii ? text.Utf8(i).Length : CodePoints(text.Utf8(i));
            unexpected[i] = length < low || length > high;
        }
    }

    /// <summary>Bytes that are not continuation bytes.</summary>
    private static int CodePoints(ReadOnlySpan<byte> utf8)
    {
        int count = 0;
        foreach (byte b in utf8)
            count += (b & 0xC0) == 0x80 ? 0 : 1;
        return count;
    }
}
