using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tidemark.Platform.Tabular.Sketches;

namespace Tidemark.Platform.Tabular.Profiles;

/// <summary>What one pass over a column leaves: counts that are exact, sketches with a stated error. Mergeable, bounded memory.</summary>
public sealed class ColumnProfile(string name)
{
    public string Name { get; } = name;

    /// <summary>Exact counts of cells by what they hold.</summary>
    public CellCounts Cells { get; private set; } = new();

    /// <summary>Of finite numbers.</summary>
    public Moments Moments { get; private set; }

    /// <summary>Of finite numbers.</summary>
    public QuantileSketch Quantiles { get; private set; } = new();

    /// <summary>Of present values; true and false count as the numbers 1 and 0, arrays and objects not at all.</summary>
    public DistinctSketch Distinct { get; private set; } = new();

    /// <summary>The most frequent texts.</summary>
    public FrequentValues Texts { get; private set; } = new();

    /// <summary>The most frequent finite numbers; true and false count as 1 and 0.</summary>
    public FrequentValues Numbers { get; private set; } = new();

    /// <summary>The kind that holds every present value; <see cref="ColumnKind.Mixed"/> where none does, null where there is no value.</summary>
    public ColumnKind? Kind => Cells switch
    {
        { Present: 0 } => null,
        var c when c.Integers == c.Present => ColumnKind.Integer,
        var c when c.Integers + c.Reals == c.Present => ColumnKind.Real,
        var c when c.Booleans == c.Present => ColumnKind.Boolean,
        var c when c.Texts == c.Present => ColumnKind.Text,
        _ => ColumnKind.Mixed,
    };

    /// <summary>
    /// |mean - median| / interquartile range (the standard deviation where the quartiles are equal): 0 when symmetric, 0.28 for an exponential
    /// distribution, beyond 1 where a few values far away move the mean.
    /// </summary>
    public double MeanMedianGap
    {
        get
        {
            double range = Quantiles.Quantile(0.75) - Quantiles.Quantile(0.25), scale = range > 0 ? range : Moments.StandardDeviation;
            return scale > 0 ? Math.Abs(Moments.Mean - Quantiles.Quantile(0.5)) / scale : 0;
        }
    }

    public void Observe(Column column) => Observe(column, 0, column.Count);

    /// <param name="column">A batch's column.</param>
    /// <param name="from">First row.</param>
    /// <param name="to">Row after the last one.</param>
    public void Observe(Column column, int from, int to)
    {
        ReadOnlySpan<bool> present = column.Present;
        switch (column)
        {
            case IntegerColumn integers:
                ReadOnlySpan<long> longs = integers.Values;
                for (int row = from; row < to; row++)
                {
                    if (present[row])
                        AddInteger(longs[row]);
                }
                break;
            case RealColumn reals:
                ReadOnlySpan<double> doubles = reals.Values;
                for (int row = from; row < to; row++)
                {
                    if (present[row])
                        AddReal(doubles[row]);
                }
                break;
            case TextColumn texts:
                for (int row = from; row < to; row++)
                {
                    if (present[row])
                        AddText(texts.Utf8(row));
                }
                break;
            default:
                for (int row = from; row < to; row++)
                    AddOther(column.Cell(row));
                break;
        }
    }

    public void Merge(ColumnProfile other)
    {
        Cells = Cells.Merge(other.Cells);
        Moments = Moments.Merge(other.Moments);
        Quantiles.Merge(other.Quantiles);
        Distinct.Merge(other.Distinct);
        Texts.Merge(other.Texts);
        Numbers.Merge(other.Numbers);
    }

    public ColumnProfileState State => new(Name, Cells, Moments, Quantiles.State, Distinct.State, Texts.State, Numbers.State);

    public static ColumnProfile From(ColumnProfileState state) => new(state.Name)
    {
        Cells = state.Cells,
        Moments = state.Moments,
        Quantiles = QuantileSketch.From(state.Quantiles),
        Distinct = DistinctSketch.From(state.Distinct),
        Texts = FrequentValues.From(state.Texts),
        Numbers = FrequentValues.From(state.Numbers),
    };

    private void AddInteger(long value)
    {
        Cells.Integers++;
        AddFinite(value, Math.Abs((double)value) < 1L << 53 ? ValueHash.Of((double)value) : ValueHash.Mix((ulong)value));
    }

    private void AddReal(double value)
    {
        Cells.Reals++;
        if (double.IsNaN(value))
        {
            Cells.NaNs++;
        }
        else if (double.IsInfinity(value))
        {
            Cells.Infinities++;
            Distinct.Add(ValueHash.Of(value));
        }
        else
        {
            AddFinite(value, ValueHash.Of(value));
        }
    }

    private void AddFinite(double value, ulong hash)
    {
        if (value == 0)
            Cells.Zeros++;
        else if (value < 0)
            Cells.Negatives++;
        Moments = Moments.With(value);
        Quantiles.Add(value);
        Distinct.Add(hash);
        Numbers.Add(value);
    }

    private void AddText(ReadOnlySpan<byte> utf8)
    {
        Cells.AddText(Encoding.UTF8.GetCharCount(utf8));
        ulong hash = ValueHash.Of(utf8);
        Distinct.Add(hash);
        Texts.Add(utf8, hash);
    }

    private void AddOther(object? cell)
    {
        switch (cell)
        {
            case null:
                break;
            case long integer:
                AddInteger(integer);
                break;
            case double real:
                AddReal(real);
                break;
            case bool boolean:
                Cells.Booleans++;
                Distinct.Add(ValueHash.Of(boolean ? 1.0 : 0.0));
                Numbers.Add(boolean ? 1 : 0);
                break;
            case string text:
                AddText(Encoding.UTF8.GetBytes(text));
                break;
            case DateTime moment:
                AddText(Encoding.UTF8.GetBytes(moment.ToString("O", System.Globalization.CultureInfo.InvariantCulture)));
                break;
            default:
                Cells.AddNested(cell is JsonElement { ValueKind: JsonValueKind.Array } array ? array.GetArrayLength() : 1);
                break;
        }
    }
}

/// <summary>Cells of a column by what they hold. Exact.</summary>
public sealed record CellCounts
{
    public long Integers { get; set; }

    /// <summary>Numbers with a fraction, NaN and infinities included.</summary>
    public long Reals { get; set; }

    public long Booleans { get; set; }

    public long Texts { get; set; }

    /// <summary>Arrays and objects.</summary>
    public long Nested { get; set; }

    public long NaNs { get; set; }

    public long Infinities { get; set; }

    /// <summary>Numbers equal to 0.</summary>
    public long Zeros { get; set; }

    public long Negatives { get; set; }

    /// <summary>Characters (UTF-16 units) of all texts together.</summary>
    public long Characters { get; set; }

    public int ShortestText { get; set; } = int.MaxValue;

    public int LongestText { get; set; }

    /// <summary>Least and most values in a cell: 1 for plain cells, the length of arrays.</summary>
    public int FewestValues { get; set; } = int.MaxValue;

    public int MostValues { get; set; }

    [JsonIgnore]
    public long Present => Integers + Reals + Booleans + Texts + Nested;

    public void AddText(int length)
    {
        Texts++;
        Characters += length;
        ShortestText = Math.Min(ShortestText, length);
        LongestText = Math.Max(LongestText, length);
    }

    public void AddNested(int values)
    {
        Nested++;
        FewestValues = Math.Min(FewestValues, values);
        MostValues = Math.Max(MostValues, values);
    }

    public CellCounts Merge(CellCounts other) => new()
    {
        Integers = Integers + other.Integers,
        Reals = Reals + other.Reals,
        Booleans = Booleans + other.Booleans,
        Texts = Texts + other.Texts,
        Nested = Nested + other.Nested,
        NaNs = NaNs + other.NaNs,
        Infinities = Infinities + other.Infinities,
        Zeros = Zeros + other.Zeros,
        Negatives = Negatives + other.Negatives,
        Characters = Characters + other.Characters,
        ShortestText = Math.Min(ShortestText, other.ShortestText),
        LongestText = Math.Max(LongestText, other.LongestText),
        FewestValues = Math.Min(FewestValues, other.FewestValues),
        MostValues = Math.Max(MostValues, other.MostValues),
    };
}

/// <summary>A <see cref="ColumnProfile"/> as data.</summary>
public sealed record ColumnProfileState(
    string Name, CellCounts Cells, Moments Moments, QuantileState Quantiles, DistinctState Distinct, FrequentState Texts, FrequentState Numbers);
