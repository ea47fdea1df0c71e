using System.Text.Json.Serialization;

namespace Tidemark.Drift.Verdicts;

/// <summary>What a comparison of two data sets came to.</summary>
public sealed record DriftVerdict
{
    /// <summary>Whether the share of drifted columns reaches the threshold.</summary>
    public required bool Drifted { get; init; }

    /// <summary>Drifted in as many windows in a row as the policy asks.</summary>
    public required bool Alarm { get; init; }

    /// <summary>Windows in a row in which the data set drifted, this one included.</summary>
    public int Streak { get; init; }

    /// <summary>Share of drifted columns, by weight, 0 to 1.</summary>
    public required double Share { get; init; }

    /// <summary><see cref="DriftPolicy.DriftShare"/>.</summary>
    public required double Threshold { get; init; }

    public required long ReferenceRows { get; init; }

    public required long CurrentRows { get; init; }

    /// <summary>How often the data set would be in alarm had nothing changed, columns taken as independent.</summary>
    public required double FalseAlarmRate { get; init; }

    /// <summary>The same, at most, however the columns depend on each other (Markov's inequality).</summary>
    public required double FalseAlarmBound { get; init; }

    public required string Reason { get; init; }

    public required IReadOnlyList<ColumnVerdict> Columns { get; init; }

    /// <summary>All numeric columns together; null where nobody asked or there are too few.</summary>
    public MultivariateVerdict? Multivariate { get; init; }

    public ColumnVerdict? Find(string column) => Columns.FirstOrDefault(c => c.Column == column);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(DriftVerdict))]
[JsonSerializable(typeof(DriftPolicy))]
internal sealed partial class VerdictJson : JsonSerializerContext;
