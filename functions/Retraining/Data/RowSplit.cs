using System.Buffers.Binary;
using System.Security.Cryptography;
using Tidemark.Platform.Errors;
using Tidemark.Retraining.Contract;

namespace Tidemark.Retraining.Data;

/// <summary>Which rows train, validate and test; the exact rules stand in docs/training-contract.md.</summary>
public static class RowSplit
{
    public const byte Training = 0, Validation = 1, Test = 2;
    public const int Folds = 5;

    /// <summary>With fewer labelled rows than this, training and validation rows are pooled and cut into folds.</summary>
    public const int FoldsBelow = 2000;

    /// <summary>A part per row, for rows of these classes (all 0 for a regression).</summary>
    public static byte[] Stratified(SplitSpec split, ulong seed, ReadOnlySpan<int> classes)
    {
        byte[] parts = new byte[classes.Length];
        foreach (var (place, rows) in Strata(classes))
        {
            int[] order = SplitMix.Order(rows.Count, SplitMix.Mix(seed, 11, (ulong)place));
            int test = Share(rows.Count, split.Test), validation = Share(rows.Count, split.Validation);
            for (int k = 0; k < Math.Min(rows.Count, test + validation); k++) parts[rows[order[k]]] = k < test ? Test : Validation;
        }

        return parts;
    }

    /// <summary>A part per row by time; equal times never straddle a border.</summary>
    public static byte[] ByTime(SplitSpec split, double[] times)
    {
        int count = times.Length;
        int[] order = [.. Enumerable.Range(0, count)];
        double[] sorted = [.. times];
        Array.Sort(sorted, order, Comparer<double>.Default);
        int Border(double share)
        {
            int at = Math.Clamp((int)Math.Floor(count * share), 0, count - 1);
            while (at > 0 && sorted[at - 1] == sorted[at]) at--;
            return at;
        }

        int validation = Border(1 - split.Validation - split.Test), test = Border(1 - split.Test);
        byte[] parts = new byte[count];
        for (int k = 0; k < count; k++) parts[order[k]] = k >= test ? Test : k >= validation ? Validation : Training;
        return parts;
    }

    /// <summary>A part by the place of the key in [0, 1).</summary>
    public static byte ByKey(SplitSpec split, double place) => place >= 1 - split.Test ? Test : place >= 1 - split.Validation - split.Test ? Validation : Training;

    /// <summary>Where a key stands in [0, 1): the same wherever the row is and however many others there are.</summary>
    public static double Place(ReadOnlySpan<byte> key, ulong seed)
    {
        Span<byte> text = key.Length <= 1000 ? stackalloc byte[key.Length + sizeof(ulong)] : new byte[key.Length + sizeof(ulong)];
        key.CopyTo(text);
        BinaryPrimitives.WriteUInt64LittleEndian(text[key.Length..], seed);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash) / Math.Pow(2, 64);
    }

    /// <summary>A fold for each of these rows (those that are not test), by the place of a row within its class.</summary>
    public static byte[] StratifiedFolds(ulong seed, ReadOnlySpan<int> classes)
    {
        byte[] folds = new byte[classes.Length];
        foreach (var (place, rows) in Strata(classes))
        {
            int[] order = SplitMix.Order(rows.Count, SplitMix.Mix(seed, 12, (ulong)place));
            for (int k = 0; k < rows.Count; k++) folds[rows[order[k]]] = (byte)(k % Folds);
        }

        return folds;
    }

    /// <summary>Says why the parts can't be used, if so.</summary>
    public static Failure? Check(ReadOnlySpan<byte> parts)
    {
        Span<int> counts = stackalloc int[3];
        foreach (byte part in parts) counts[part]++;
        int empty = counts.IndexOf(0);
        return empty < 0 ? null : new Failure(FailureKind.Unprocessable, "A part of the split is empty",
            $"Of {parts.Length} labelled rows, {counts[0]} fall to training, {counts[1]} to validation and {counts[2]} to test; each needs at least one. Give more rows, or other shares in split.");
    }

    private static int Share(int count, double share) => (int)Math.Floor((count * share) + 0.5);

    private static IEnumerable<(int Class, List<int> Rows)> Strata(ReadOnlySpan<int> classes)
    {
        var strata = new SortedDictionary<int, List<int>>();
        for (int row = 0; row < classes.Length; row++)
        {
            if (!strata.TryGetValue(classes[row], out var rows)) strata.Add(classes[row], rows = []);
            rows.Add(row);
        }

        return strata.Select(s => (s.Key, s.Value));
    }
}
