namespace Tidemark.Platform.PredictionLog;

/// <summary>What becomes of a column with personal data.</summary>
public enum Personal
{
    /// <summary>The log holds a keyed hash of the value: equal values stay equal, and nobody without the key can try values.</summary>
    Hash,

    /// <summary>The log does not hold it.</summary>
    Omit,
}

/// <summary>What of a model's predictions is logged, and how.</summary>
public sealed record LogPolicy
{
    public static LogPolicy Default { get; } = new();

    /// <value>Share of the rows that is logged, 0 to 1. Default 1.</value>
    public double SampleRate { get; init; } = 1;

    /// <value>Rows a second and host from which on the share is halved until they fit. Default 100.</value>
    public int MaxRowsPerSecond { get; init; } = 100;

    /// <value>Input columns with personal data, by name. Default none.</value>
    public IReadOnlyDictionary<string, Personal> Personal { get; init; } = new Dictionary<string, Personal>();

    /// <summary>The hash for personal columns; null when no key is configured, then they are omitted.</summary>
    public PersonalHash? Hash { get; init; }

    /// <summary>What becomes of an input column; null when it is logged as it is.</summary>
    public Personal? Of(string column) =>
        !Personal.TryGetValue(column, out Personal rule) ? null : rule == PredictionLog.Personal.Hash && Hash is not null ? rule : PredictionLog.Personal.Omit;
}
