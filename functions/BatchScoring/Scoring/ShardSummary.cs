using System.Globalization;
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

    /// <summary>Counts rows that were scored.</summary>
    internal void Observe(PredictedValues values, int scored)
    {
        int column = 0;
        for (int output = 0; output < values.Outputs; output++)
        {
            int width = values.WidthOf(output);
            for (int place = 0; place < width && column < Predictions.Count; place++, column++)
            {
                int element = (scored * width) + place;
                if (values.TypeOf(output) == TensorElementType.String)
                    Predictions[column].Observe(Encoding.UTF8.GetString(values.Text(output, element)));
                else
                    Predictions[column].Observe(values.Number(output, element), isReal: values.TypeOf(output) is TensorElementType.Float or TensorElementType.Double or TensorElementType.Float16);
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

    internal void Observe(double value, bool isReal)
    {
        if (!isReal)
        {
            Observe(value.ToString(CultureInfo.InvariantCulture));
            return;
        }

        Count++;
        Mean = (Mean ?? 0) + ((value - (Mean ?? 0)) / Count);
        Min = Math.Min(Min ?? value, value);
        Max = Math.Max(Max ?? value, value);
        if (Probability is null)
            return;
        if (value is < 0 or > 1)
            Probability = null;
        else
            Probability[Math.Min(Bins - 1, (int)(value * Bins))]++;
    }

    internal void Observe(string value)
    {
        Count++;
        Probability = null;
        Values ??= new(StringComparer.Ordinal);
        Put(value, 1);
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
