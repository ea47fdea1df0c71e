using System.Buffers;
using System.Globalization;
using System.Text;
using Tidemark.Drift.Statistics;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Platform.Tabular.Sketches;

namespace Tidemark.Drift.Verdicts;

/// <summary>What a column holds on one side of a comparison: numbers in order or counts of categories, exact from rows, within an error from a profile.</summary>
public sealed class ColumnSample
{
    private Moments? moments;
    private (double Least, double Greatest)? range;

    /// <summary>Number of values: missing ones, NaN and infinities are not counted.</summary>
    public long Count { get; private init; }

    /// <summary>Rows without a value.</summary>
    public long Missing { get; private init; }

    public bool Numeric { get; private init; }

    /// <summary>Numbers, ascending.</summary>
    public double[] Values { get; private init; } = [];

    /// <summary>How often each number counts; empty: once.</summary>
    public long[] Weights { get; private init; } = [];

    /// <summary>Smallest number, exact for profiles too.</summary>
    public double Least => range?.Least ?? Values[0];

    /// <summary>Largest number, exact for profiles too.</summary>
    public double Greatest => range?.Greatest ?? Values[^1];

    /// <summary>Standard deviation of the error of a rank, as a share of the count; 0: exact.</summary>
    public double RankDeviation { get; private init; }

    /// <summary>Share of the values that the coarsest number of a sketch stands for; 0: exact.</summary>
    public double Grain { get; private init; }

    /// <summary>Whether numbers are those of a sketch, which keeps a part of them: there are more distinct ones than any rule asks for.</summary>
    public bool Sketched => RankDeviation > 0;

    /// <summary>Counts of categories.</summary>
    public IReadOnlyDictionary<string, long> Categories { get; private init; } = new Dictionary<string, long>();

    /// <summary>Share of the values that a profile no longer counts by category, but as <see cref="Others"/>; 0: exact.</summary>
    public double Unlisted { get; private init; }

    public Moments Moments => moments ??= MomentsOf(Values);

    /// <param name="numeric">Whether to take numbers as numbers, or everything as categories.</param>
    /// <param name="from">First row.</param>
    /// <param name="to">Row after the last one.</param>
    public static ColumnSample Of(Column column, bool numeric, int from, int to) => numeric ? Numbers(column, from, to) : Texts(column, from, to);

    public static ColumnSample Of(ColumnProfile? column, long rows, bool numeric)
    {
        if (column is null)
            return new() { Missing = rows, Numeric = numeric };
        if (!numeric)
            return Texts(column, rows);
        long count = column.Moments.Count;
        bool listed = column.Numbers.IsExact;
        (double Value, long Weight)[] kept = listed
            ? [.. column.Numbers.Values().Select(v => (v.Number, v.Count)).OrderBy(v => v.Number)]
            : [.. column.Quantiles.State.Levels.SelectMany((level, h) => level.Select(value => (value, 1L << h))).OrderBy(v => v.value)];
        return new()
        {
            Numeric = true,
            Count = count,
            Missing = rows - count,
            Values = [.. kept.Select(v => v.Value)],
            Weights = [.. kept.Select(v => v.Weight)],
            RankDeviation = listed ? 0 : column.Quantiles.RankDeviation,
            Grain = listed ? 0 : column.Quantiles.Grain,
            moments = column.Moments,
            range = count == 0 ? null : (column.Quantiles.Min, column.Quantiles.Max),
        };
    }

    /// <summary>Whether columns of the kind are compared as numbers.</summary>
    public static bool IsNumeric(ColumnKind? kind) => kind is ColumnKind.Integer or ColumnKind.Real;

    /// <summary>From numbers in any order; NaN and infinities are missing.</summary>
    public static ColumnSample Of(ReadOnlySpan<double> numbers)
    {
        double[] values = GC.AllocateUninitializedArray<double>(numbers.Length);
        int size = 0;
        foreach (double number in numbers)
        {
            values[size] = number;
            size += double.IsFinite(number) ? 1 : 0;
        }
        return Sorted(values, size, numbers.Length);
    }

    /// <summary>Missing values as a category of their own; numbers as they are.</summary>
    public ColumnSample WithMissing() => Numeric || Missing == 0 ? this : new()
    {
        Count = Count + Missing,
        Categories = new Dictionary<string, long>(Categories, StringComparer.Ordinal) { [MissingCategory] = Missing },
        Unlisted = Unlisted * Count / (Count + Missing),
    };

    /// <summary>The same numbers counted otherwise; those that count nothing go.</summary>
    public ColumnSample Weighing(long[] weights)
    {
        int[] kept = [.. Enumerable.Range(0, weights.Length).Where(i => weights[i] > 0)];
        return new()
        {
            Numeric = true,
            Count = Count,
            Missing = Missing,
            Values = [.. kept.Select(i => Values[i])],
            Weights = [.. kept.Select(i => weights[i])],
            RankDeviation = RankDeviation,
            Grain = Grain,
            moments = moments,
            range = range,
        };
    }

    private static ColumnSample Numbers(Column column, int from, int to)
    {
        if (column is RealColumn { Missing: 0 } reals)
            return Of(reals.Values[from..to]);
        double[] values = GC.AllocateUninitializedArray<double>(to - from);
        int size = 0;
        for (int row = from; row < to; row++)
        {
            double value = column.IsMissing(row) ? double.NaN : column switch
            {
                IntegerColumn integers => integers.Values[row],
                RealColumn real => real.Values[row],
                _ => double.NaN,
            };
            values[size] = value;
            size += double.IsFinite(value) ? 1 : 0;
        }
        return Sorted(values, size, to - from);
    }

    private static ColumnSample Sorted(double[] values, int size, int rows)
    {
        if (size < values.Length)
            Array.Resize(ref values, size);
        double[] scratch = ArrayPool<double>.Shared.Rent(size);
        FloatSort.Ascending(values, scratch);
        ArrayPool<double>.Shared.Return(scratch);
        return new() { Numeric = true, Count = size, Missing = rows - size, Values = values };
    }

    private static ColumnSample Texts(Column column, int from, int to)
    {
        var categories = new Dictionary<string, long>(StringComparer.Ordinal);
        Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> lookup = categories.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> name = stackalloc char[256];
        long count = 0;
        for (int row = from; row < to; row++)
        {
            if (column.IsMissing(row))
                continue;
            count++;
            ReadOnlySpan<char> category = column is TextColumn texts && texts.Utf8(row) is { Length: <= 256 } utf8
                ? name[..Encoding.UTF8.GetChars(utf8, name)]
                : Name(column.Cell(row));
            lookup[category] = lookup.TryGetValue(category, out long seen) ? seen + 1 : 1;
        }
        return new() { Count = count, Missing = to - from - count, Categories = categories };
    }

    private static ColumnSample Texts(ColumnProfile column, long rows)
    {
        bool flags = column.Kind == ColumnKind.Boolean;
        var listed = column.Texts.Values().Select(v => (Name: v.Text, v.Count))
            .Concat(column.Numbers.Values().Select(v => (Name: flags ? Name(v.Number != 0) : Name(v.Number), v.Count)));
        Dictionary<string, long> categories = listed.GroupBy(v => v.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(v => v.Count), StringComparer.Ordinal);
        long count = column.Texts.Total + column.Numbers.Total, unlisted = count - categories.Values.Sum();
        if (unlisted > 0)
            categories[Others] = categories.GetValueOrDefault(Others) + unlisted;
        return new()
        {
            Count = count,
            Missing = rows - count,
            Categories = categories,
            Unlisted = count == 0 ? 0 : (double)unlisted / count,
        };
    }

    /// <summary>Name of missing values where they count as a category.</summary>
    public const string MissingCategory = "(missing)";

    /// <summary>Name of all categories that a profile no longer counts one by one.</summary>
    public const string Others = "(others)";

    private static string Name(object? cell) => cell switch
    {
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(cell, CultureInfo.InvariantCulture) ?? "",
    };

    private static Moments MomentsOf(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty)
            return default;
        double mean = System.Numerics.Tensors.TensorPrimitives.Sum(values) / values.Length, squares = 0, cubes = 0, drift = 0;
        foreach (double value in values)
        {
            double gap = value - mean, square = gap * gap;
            drift += gap;
            squares += square;
            cubes += square * gap;
        }
        return new(values.Length, mean, squares - drift * drift / values.Length, cubes);
    }
}
