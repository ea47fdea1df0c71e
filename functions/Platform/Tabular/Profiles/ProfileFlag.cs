using System.Globalization;
using Tidemark.Platform.Tabular.Sketches;

namespace Tidemark.Platform.Tabular.Profiles;

/// <summary>Why a column deserves a look before anybody relies on it.</summary>
public enum ProfileFlagKind
{
    /// <summary>No value at all.</summary>
    Empty,

    /// <summary>One value throughout.</summary>
    Constant,

    /// <summary>One number has a share out of line in a column of many numbers: a default, a cap, or a code for missing.</summary>
    Spike,

    /// <summary>Mean and median lie far apart: skewed, or a few absurd values.</summary>
    MeanMedianGap,

    /// <summary>Values of kinds that no one kind holds.</summary>
    MixedKinds,

    /// <summary>NaN or an infinity.</summary>
    NotFinite,
}

public sealed record ProfileFlag(string Column, ProfileFlagKind Kind, string Detail)
{
    /// <summary>A number that takes this share of a column with more than <see cref="ManyNumbers"/> distinct ones is a spike.</summary>
    public const double SpikeShare = 0.05;

    public const int ManyNumbers = 100;

    /// <summary><see cref="ColumnProfile.MeanMedianGap"/> from which it is flagged; an exponential distribution has 0.28.</summary>
    public const double WideGap = 0.5;

    public static IReadOnlyList<ProfileFlag> Of(Profile profile) => [.. profile.Columns.SelectMany(Of)];

    /// <summary>Numbers whose share of the present values is at least <see cref="SpikeShare"/> though there are many others.</summary>
    public static IEnumerable<FrequentValue> Spikes(ColumnProfile column) =>
        column.Distinct.Estimate() <= ManyNumbers || column.Moments.Count == 0
            ? []
            : column.Numbers.Values().TakeWhile(v => v.Count >= SpikeShare * column.Moments.Count);

    private static IEnumerable<ProfileFlag> Of(ColumnProfile column)
    {
        if (column.Cells.Present == 0)
            yield return new(column.Name, ProfileFlagKind.Empty, "No row has a value.");
        else if (column.Distinct.Estimate() == 1 && column.Cells.Nested == 0)
            yield return new(column.Name, ProfileFlagKind.Constant, "Every value is the same.");
        if (column.Kind == ColumnKind.Mixed && column.Cells.Nested != column.Cells.Present)
            yield return new(column.Name, ProfileFlagKind.MixedKinds, $"{column.Cells.Texts} texts beside {column.Moments.Count} numbers and {column.Cells.Booleans} booleans.");
        if (column.Cells.NaNs + column.Cells.Infinities > 0)
            yield return new(column.Name, ProfileFlagKind.NotFinite, $"{column.Cells.NaNs} NaN, {column.Cells.Infinities} infinite.");
        foreach (FrequentValue spike in Spikes(column))
            yield return new(column.Name, ProfileFlagKind.Spike, string.Create(CultureInfo.InvariantCulture, $"{spike.Number} is {(double)spike.Count / column.Moments.Count:P1} of the values."));
        if (column.Moments.Count > 2 && column.MeanMedianGap > WideGap)
        {
            yield return new(column.Name, ProfileFlagKind.MeanMedianGap, string.Create(CultureInfo.InvariantCulture,
                $"Mean {column.Moments.Mean:G6} and median {column.Quantiles.Quantile(0.5):G6} are {column.MeanMedianGap:G3} interquartile ranges apart."));
        }
    }
}
