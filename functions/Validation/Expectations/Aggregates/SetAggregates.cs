using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary><c>expect_column_unique_value_count_to_be_between</c> and <c>…_proportion_of_unique_values_…</c>; 16 bytes per distinct value.</summary>
internal sealed class UniqueBetween(Arguments arguments, ResultFormat format, bool proportion) : ColumnAggregate(arguments, format)
{
    private readonly Bounds bounds = Bounds.Of(arguments);
    private readonly HashSet<UInt128> distinct = [];

    protected override void Take(Column column, ReadOnlySpan<bool> considered)
    {
        for (int i = 0; i < considered.Length; i++)
        {
            if (considered[i])
                distinct.Add(ValueKey.At(column, i));
        }
    }

    protected override Observation Observe()
    {
        object value = proportion ? (object)(Count == 0 ? 0.0 : (double)distinct.Count / Count) : (long)distinct.Count;
        return new Observation(value, InBounds(bounds, value));
    }
}

/// <summary>How the distinct values of a column relate to a set.</summary>
internal enum SetRelation
{
    InSet,
    ContainsSet,
    EqualsSet,
}

/// <summary><c>expect_column_distinct_values_to_be_in_set</c>, <c>…_contain_set</c>, <c>…_equal_set</c>.</summary>
internal sealed class DistinctValues : ColumnAggregate
{
    private readonly ValueCounts counts = new();
    private readonly HashSet<UInt128>? wanted;
    private readonly SetRelation relation;
    private readonly bool parseDates;

    public DistinctValues(Arguments arguments, ResultFormat format, SetRelation relation)
        : base(arguments, format)
    {
        this.relation = relation;
        parseDates = arguments.Flag("parse_strings_as_datetimes");
        wanted = arguments.List("value_set")?.Select(value => ValueKey.Of(parseDates && value is string text ? DateText.Parse(text) ?? value : value)).ToHashSet();
        if (wanted is null && relation != SetRelation.InSet)
            arguments.Refuse(Fault.Kind($"{arguments.Expectation}() needs value_set, a list."));
    }

    protected override void Take(Column column, ReadOnlySpan<bool> considered) => counts.Add(column, considered, parseDates);

    protected override Observation Observe()
    {
        IReadOnlyList<ValueCounts.Counted> sorted = counts.Sorted();
        bool inside = wanted is null || counts.Keys.All(wanted.Contains), contains = wanted is null || wanted.All(counts.Contains);
        bool success = relation switch { SetRelation.InSet => inside, SetRelation.ContainsSet => contains, _ => inside && contains };
        return new Observation(sorted.Select(counted => counted.Value), success, ValueCounts.Details(sorted));
    }
}

/// <summary><c>expect_column_most_common_value_to_be_in_set</c>: a tie fails unless <c>ties_okay</c>, when one of the tied suffices.</summary>
internal sealed class MostCommonInSet : ColumnAggregate
{
    private readonly ValueCounts counts = new();
    private readonly HashSet<UInt128> wanted;
    private readonly bool tiesOkay;

    public MostCommonInSet(Arguments arguments, ResultFormat format)
        : base(arguments, format)
    {
        tiesOkay = arguments.Flag("ties_okay");
        IReadOnlyList<object?>? values = arguments.List("value_set");
        if (values is null)
            arguments.Refuse(Fault.Kind($"{arguments.Expectation}() needs value_set, a list."));
        wanted = (values ?? []).Select(ValueKey.Of).ToHashSet();
    }

    protected override void Take(Column column, ReadOnlySpan<bool> considered) => counts.Add(column, considered, parseDates: false);

    protected override Observation Observe()
    {
        IReadOnlyList<ValueCounts.Counted> sorted = counts.Sorted();
        long most = sorted.Count == 0 ? 0 : sorted.Max(counted => counted.Count);
        List<object> modes = sorted.Where(counted => counted.Count == most).Select(counted => counted.Value).ToList();
        bool success = modes.Any(mode => wanted.Contains(ValueKey.Of(mode))) && (tiesOkay || modes.Count == 1);
        return new Observation(modes, success);
    }
}
