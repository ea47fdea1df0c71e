namespace Tidemark.Drift.Verdicts;

/// <summary>What the comparison of one column came to.</summary>
public sealed record ColumnVerdict
{
    public required string Column { get; init; }

    /// <summary><c>numeric</c> or <c>categorical</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Null where there was nothing to test.</summary>
    public DriftTest? Test { get; init; }

    /// <summary>The test's statistic, for distances the distance; null where it is infinite or does not exist.</summary>
    public double? Statistic { get; init; }

    /// <summary>Of tests that have one.</summary>
    public double? PValue { get; init; }

    /// <summary>Of distances.</summary>
    public double? Distance { get; init; }

    /// <summary>A p-value below it, or a distance that reaches it, drifts.</summary>
    public double? Threshold { get; init; }

    public bool Drifted { get; init; }

    /// <summary>Drifted in as many windows in a row as the policy asks.</summary>
    public bool Alarm { get; init; }

    /// <summary>Windows in a row in which it drifted, this one included.</summary>
    public int Streak { get; init; }

    /// <summary>Values compared on the reference's side.</summary>
    public long ReferenceCount { get; init; }

    /// <summary>Values compared on the current side.</summary>
    public long CurrentCount { get; init; }

    /// <summary>Share of probability that has moved, 0 to 1.</summary>
    public double? Effect { get; init; }

    /// <summary>Probability, had nothing changed, of a statistic as extreme.</summary>
    public double? Chance { get; init; }

    /// <summary><see cref="Chance"/> corrected for the number of columns (Benjamini and Hochberg); null where the policy does not ask for it.</summary>
    public double? AdjustedChance { get; init; }

    /// <summary>How often this column would be in alarm had it not changed.</summary>
    public double FalseAlarmRate { get; init; }

    /// <summary>Bound on the error of the statistic where a profile stood for the rows; null where it is exact.</summary>
    public double? Error { get; init; }

    /// <summary>False where the error leaves open on which side of the threshold the true statistic lies.</summary>
    public bool Certain { get; set; } = true;

    public MissingShift? Missing { get; init; }

    /// <summary>Categories that the reference lacks, most frequent first, at most 20.</summary>
    public IReadOnlyList<UnseenCategory> Unseen { get; set; } = [];

    /// <summary>Why it drifted, or why not, in a sentence.</summary>
    public required string Reason { get; init; }
}

/// <summary>Shares of rows without a value, compared by a Z test.</summary>
public sealed record MissingShift(double Reference, double Current, double PValue, bool Drifted);

/// <param name="Share">Of the current values.</param>
public sealed record UnseenCategory(string Category, double Share);
