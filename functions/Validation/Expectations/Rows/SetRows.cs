using System.Buffers.Binary;
using System.Text;
using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary><c>expect_column_values_to_be_in_set</c> (no set: vacuously true) and <c>…_to_not_be_in_set</c>.</summary>
internal sealed class SetRows : RowMap
{
    /// <summary>Up to so many texts are compared one by one, which is quicker than a hash.</summary>
    private const int Few = 12;

    private readonly bool wantMember;
    private readonly HashSet<UInt128>? members;
    private readonly bool parseDates;
    private readonly byte[][]? fewTexts;
    private readonly ulong[] beginnings = [];

    public SetRows(Arguments arguments, ResultFormat format, bool wantMember)
        : base(arguments, format, [arguments.Text("column")])
    {
        this.wantMember = wantMember;
        parseDates = arguments.Flag("parse_strings_as_datetimes");
        IReadOnlyList<object?>? values = arguments.List("value_set");
        if (values is null && !wantMember)
            arguments.Refuse(Fault.Kind("argument of type 'NoneType' is not iterable: give value_set, a list."));
        members = values?.Select(value => ValueKey.Of(parseDates ? DateOf(value) : value)).ToHashSet();
        fewTexts = values?.Count <= Few && !parseDates ? values.OfType<string>().Select(Encoding.UTF8.GetBytes).ToArray() : null;
        beginnings = fewTexts?.Select(text => Beginning(text)).ToArray() ?? [];
    }

    protected override void Judge(Column[] columns, ReadOnlySpan<bool> considered, Span<bool> unexpected)
    {
        if (members is null)
            return;
        Column column = columns[0];
        if (fewTexts is not null && column is TextColumn text)
        {
            for (int i = 0; i < unexpected.Length; i++)
                unexpected[i] = IsAmongFew(text.Utf8(i)) != wantMember;
            return;
        }

        for (int i = 0; i < unexpected.Length; i++)
            unexpected[i] = considered[i] && members.Contains(KeyAt(column, i)) != wantMember;
    }

    private bool IsAmongFew(ReadOnlySpan<byte> text)
    {
        ulong beginning = Beginning(text);
        for (int i = 0; i < beginnings.Length; i++)
        {
            if (beginnings[i] == beginning && (text.Length < sizeof(ulong) || text.SequenceEqual(fewTexts![i])))
                return true;
        }

        return false;
    }

    /// <summary>The first seven bytes and the length (8 for all longer texts): shorter texts are equal exactly when these are.</summary>
    private static ulong Beginning(ReadOnlySpan<byte> text)
    {
        ulong bytes = (ulong)Math.Min(text.Length, sizeof(ulong)) << 56;
        if (text.Length >= sizeof(ulong))
            return bytes | (BinaryPrimitives.ReadUInt64LittleEndian(text) & ((1UL << 56) - 1));
        for (int i = 0; i < text.Length; i++)
            bytes |= (ulong)text[i] << (8 * i);
        return bytes;
    }

    private UInt128 KeyAt(Column column, int row) => parseDates ? ValueKey.Of(DateOf(column.Cell(row))) : ValueKey.At(column, row);

    private static object? DateOf(object? value) => value is string text ? DateText.Parse(text) ?? value : value;
}
