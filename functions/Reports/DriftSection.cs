namespace Tidemark.Reports;

/// <summary>Drift in the window, and before it.</summary>
/// <param name="Note">Why there is no verdict, or what is special about it.</param>
/// <param name="Reference">What the window is compared with.</param>
/// <param name="ReferenceRows">Rows of the reference.</param>
/// <param name="Rows">Rows of the window that were compared.</param>
/// <param name="Inputs">On what went into the model.</param>
/// <param name="Answers">On what came out, and how confident it was.</param>
/// <param name="History">Each checked hour, up to the end of the window.</param>
public sealed record DriftSection(
    string? Note, string? Reference, long ReferenceRows, long Rows, ColumnsVerdict? Inputs, ColumnsVerdict? Answers, IReadOnlyList<DriftPoint> History)
{
    public IEnumerable<ColumnReport> Columns() => (Inputs?.Columns ?? []).Concat(Answers?.Columns ?? []);
}

/// <summary>The verdict on a set of columns.</summary>
/// <param name="Drifted">Whether the share of drifted columns reaches the threshold.</param>
/// <param name="Alarm">Whether it did for as many hours in a row as the policy asks, some time in the window.</param>
/// <param name="Share">Share of drifted columns, by weight.</param>
/// <param name="FalseAlarmRate">How often this would be an alarm had nothing changed.</param>
/// <param name="Columns">What drifts first.</param>
public sealed record ColumnsVerdict(bool Drifted, bool Alarm, double Share, double Threshold, double FalseAlarmRate, string Reason, IReadOnlyList<ColumnReport> Columns);

/// <summary>One column of the window against the same of the reference.</summary>
public sealed record ColumnReport
{
    public required string Column { get; init; }

    /// <summary><c>numeric</c> or <c>categorical</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Null where there was nothing to test.</summary>
    public string? Test { get; init; }

    public double? Statistic { get; init; }

    public double? PValue { get; init; }

    public double? Threshold { get; init; }

    public bool Drifted { get; init; }

    /// <summary>Drifted in as many hours in a row as the policy asks, some time in the window.</summary>
    public bool Alarm { get; init; }

    /// <summary>Hours of the window in which it drifted.</summary>
    public int DriftedHours { get; init; }

    public long ReferenceCount { get; init; }

    public long CurrentCount { get; init; }

    /// <summary>Share of probability that has moved, 0 to 1.</summary>
    public double? Effect { get; init; }

    /// <summary>How often this column would be in alarm had it not changed.</summary>
    public double FalseAlarmRate { get; init; }

    /// <summary>Bound on the error of the statistic where a profile stood for the rows.</summary>
    public double? Error { get; init; }

    public double MissingReference { get; init; }

    public double MissingCurrent { get; init; }

    public IReadOnlyList<UnseenShare> Unseen { get; init; } = [];

    public required string Reason { get; init; }

    public required Distribution Distribution { get; init; }
}

/// <summary>A category that the reference lacks.</summary>
/// <param name="Share">Of the current values.</param>
public sealed record UnseenShare(string Category, double Share);

/// <summary>Reference and window in the same bins or categories.</summary>
/// <param name="Bars">In order of the numbers, or the most frequent category first.</param>
public sealed record Distribution(bool Numeric, IReadOnlyList<DistributionBar> Bars)
{
    public static Distribution None { get; } = new(false, []);
}

/// <summary>A bin (<see cref="From"/>, <see cref="To"/>] or a category, with its share of the values on both sides.</summary>
public sealed record DistributionBar(string Label, double? From, double? To, double Reference, double Current);

/// <summary>A checked hour.</summary>
/// <param name="Share">Share of drifted inputs.</param>
/// <param name="Columns">Those that drifted, with how far beyond their threshold.</param>
public sealed record DriftPoint(DateTimeOffset Hour, string Version, long Rows, double? Share, bool Drifted, bool Alarm, IReadOnlyList<ColumnStrength> Columns);

/// <param name="Strength">Statistic over threshold of a distance, threshold over p-value of a test by its logarithms: from 1 on it is drift; less where the policy holds it for chance.</param>
public sealed record ColumnStrength(string Column, double? Strength, bool Drifted);
