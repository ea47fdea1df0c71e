using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.BatchScoring.Planning;

namespace Tidemark.BatchScoring.Scoring;

/// <summary>What a shard, or a job, gave: rows set aside by rule, warnings by rule, and the distribution of predictions by column. Sums up by <see cref="Add"/>.</summary>
public sealed class ShardSummary
{
    private const int MostNotices = 5;
    private const int MostCharacters = 32_000;

    public SortedDictionary<string, long> Reasons { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Rows that passed although a rule of severity info or warning, or a repaired one, does not hold for them.</summary>
    public SortedDictionary<string, long> Warnings { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Advice about columns, and rules that judge nothing.</summary>
    public SortedSet<string> Notices { get; init; } = new(StringComparer.Ordinal);

    public List<PredictionDistribution> Predictions { get; init; } = [];

    public static ShardSummary Empty(OutputLayout layout) => new()
    {
        Predictions = [.. layout.Outputs.SelectMany(output => output.Columns).Take(PredictionDistribution.MostColumns).Select(column => new PredictionDistribution { Column = column })],
    };

    /// <summary>As a property of a table's row, which holds 32,768 characters: without distributions where their names alone are too long.</summary>
    internal string ToJson()
    {
        string json = JsonSerializer.Serialize(this, BatchJson.Default.ShardSummary);
        return json.Length <= MostCharacters ? json : JsonSerializer.Serialize(new ShardSummary { Reasons = Reasons, Warnings = Warnings }, BatchJson.Default.ShardSummary);
    }

    public void Notice(string notice)
    {
        if (Notices.Count < MostNotices)
            Notices.Add(notice.Length <= 300 ? notice : notice[..300] + "…");
    }

    public void Warn(string rule) => Warnings[rule] = Warnings.GetValueOrDefault(rule) + 1;

    /// <summary>Counts <paramref name="rows"/> rows that were scored, from <paramref name="first"/> on.</summary>
    internal void Observe(PredictedValues values, int first, int rows)
    {
        int column = 0;
        for (int output = 0; output < values.Outputs; output++)
        {
            int width = values.WidthOf(output);
            TensorElementType type = values.TypeOf(output);
            for (int place = 0; place < width && column < Predictions.Count; place++, column++)
            {
                PredictionDistribution distribution = Predictions[column];
                int from = (first * width) + place, to = from + (rows * width);
                if (type is TensorElementType.Float or TensorElementType.Double or TensorElementType.Float16)
                    distribution.Observe(values.Numbers(output)[..(to - place)], from, width);
                else if (type != TensorElementType.String)
                    distribution.Tally(values.Numbers(output)[..(to - place)], from, width);
                else
                    for (int element = from; element < to; element += width)
                        distribution.Observe(Encoding.UTF8.GetString(values.Text(output, element)));
            }
        }
    }

    public void Add(ShardSummary other)
    {
        foreach ((string rule, long rows) in other.Reasons)
            Reasons[rule] = Reasons.GetValueOrDefault(rule) + rows;
        foreach ((string rule, long rows) in other.Warnings)
            Warnings[rule] = Warnings.GetValueOrDefault(rule) + rows;
        foreach (string notice in other.Notices)
            Notice(notice);
        for (int i = 0; i < Math.Min(Predictions.Count, other.Predictions.Count); i++)
            Predictions[i].Add(other.Predictions[i]);
    }
}

/// <summary>The distribution of one column of predictions.</summary>
public sealed class PredictionDistribution
{
    /// <value>Columns that are summed up. The first 12: a row of the ledger holds so many.</value>
    public const int MostColumns = 12;

    private const int MostValues = 20;
    private const int Bins = 20;

    private readonly Dictionary<double, long> tally = [];

    public required string Column { get; init; }

    public long Count { get; set; }

    public double? Mean { get; set; }

    public double? Min { get; set; }

    public double? Max { get; set; }

    /// <summary>Counts of labels and other values that are no real numbers; the first 20 met, all others under <c>other</c>.</summary>
    public SortedDictionary<string, long>? Values { get; set; }

    /// <summary>Counts in 20 equal parts of 0 to 1, the ends included, for a column that is a probability: null once a value lies outside.</summary>
    [JsonPropertyName("probability")]
    public long[]? Probability { get; set; } = new long[Bins];

    /// <summary>Takes real numbers: every <paramref name="step"/>th, from <paramref name="first"/> on.</summary>
    internal void Observe(ReadOnlySpan<double> values, int first, int step)
    {
        double sum = 0, min = Min ?? double.PositiveInfinity, max = Max ?? double.NegativeInfinity;
        long before = Count;
        long[]? bins = Probability;
        for (int i = first; i < values.Length; i += step)
        {
            double value = values[i];
            sum += value;
            min = Math.Min(min, value);
            max = Math.Max(max, value);
            Count++;
            if (value is >= 0 and <= 1)
            {
                if (bins is not null)
                    bins[Math.Min(Bins - 1, (int)(value * Bins))]++;
            }
            else
            {
                bins = null;
            }
        }

        if (Count > before)
            (Mean, Min, Max, Probability) = ((((Mean ?? 0) * before) + sum) / Count, min, max, bins);
    }

    /// <summary>Takes whole numbers, each a value of its own.</summary>
    internal void Tally(ReadOnlySpan<double> values, int first, int step)
    {
        tally.Clear();
        for (int i = first; i < values.Length; i += step)
            CollectionsMarshal.GetValueRefOrAddDefault(tally, values[i], out _)++;
        foreach ((double value, long count) in tally)
            Observe(value.ToString(CultureInfo.InvariantCulture), count);
    }

    internal void Observe(string value, long count = 1)
    {
        Count += count;
        Probability = null;
        Values ??= new(StringComparer.Ordinal);
        Put(value, count);
    }

    internal void Add(PredictionDistribution other)
    {
        if (other.Count == 0)
            return;
        bool probability = (Count == 0 || Probability is not null) && other.Probability is not null;
        Mean = other.Mean is null ? Mean : ((Mean ?? 0) * Count + (other.Mean * other.Count)) / (Count + other.Count);
        Min = Min is null ? other.Min : Math.Min(Min.Value, other.Min ?? Min.Value);
        Max = Max is null ? other.Max : Math.Max(Max.Value, other.Max ?? Max.Value);
        Probability = probability ? [.. (Probability ?? new long[Bins]).Zip(other.Probability!, (a, b) => a + b)] : null;
        Count += other.Count;
        if (other.Values is null)
            return;
        Values ??= new(StringComparer.Ordinal);
        foreach ((string value, long count) in other.Values)
            Put(value, count);
    }

    private void Put(string value, long count)
    {
        if (value.Length > 32)
            value = value[..32] + "…";
        string key = Values!.ContainsKey(value) || Values.Count < MostValues ? value : "other";
        Values[key] = Values.GetValueOrDefault(key) + count;
    }
}
