using System.Security.Cryptography;
using System.Text;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Tabular;
using Tidemark.Retraining.Contract;

namespace Tidemark.Retraining.Data;

/// <summary>Labels and parts of all rows: the first reading of the data, in memory of a few bytes a row.</summary>
public sealed class LabelledRows
{
    private const byte Unlabelled = 255;
    private readonly byte[] fileRows;

    private LabelledRows(byte[] fileRows, int[] classes, double[] targets, string[]? names, byte[] parts, byte[]? folds)
    {
        this.fileRows = fileRows;
        (Classes, Targets, ClassNames, Parts, Folds) = (classes, targets, names, parts, folds);
    }

    /// <summary>Per labelled row its class in class order; all 0 for a regression.</summary>
    public int[] Classes { get; }

    /// <summary>Per labelled row its number; empty for a classification.</summary>
    public double[] Targets { get; }

    /// <summary>In class order, the positive class of a binary task last; null for a regression.</summary>
    public string[]? ClassNames { get; }

    /// <summary>Per labelled row <see cref="RowSplit.Training"/>, <see cref="RowSplit.Validation"/> or <see cref="RowSplit.Test"/>.</summary>
    public byte[] Parts { get; }

    /// <summary>Per labelled row that is not test its fold (test rows: 0); null where one validation part serves.</summary>
    public byte[]? Folds { get; }

    public int Count => Parts.Length;

    public int UnlabelledRows => fileRows.Length - Count;

    /// <summary>Whether data row <paramref name="row"/> of the file has a label.</summary>
    public bool IsLabelled(long row) => fileRows[row] != Unlabelled;

    public string SplitSha256 => Convert.ToHexStringLower(SHA256.HashData(Parts));

    public int RowsOf(byte part) => Parts.AsSpan().Count(part);

    public static async Task<Outcome<LabelledRows>> ReadAsync(RunSpec spec, RunData data, CancellationToken cancellation)
    {
        var reading = new Reading(spec);
        string[] needed = [spec.Label.Column, .. spec.Features.Select(f => f.Name), .. spec.Sensitive, .. spec.Split.Column is { } column ? new[] { column } : []];
        string[] numbers = spec.IsClassification ? [] : [spec.Label.Column];
        return await data.ReadAsync(needed, numbers, reading.Take, cancellation) is { } failure ? failure : reading.Finish();
    }

    private sealed class Reading(RunSpec spec)
    {
        private readonly List<byte> fileRows = [];
        private readonly List<int> classes = [];
        private readonly List<double> targets = [];
        private readonly List<double> places = [];
        private readonly List<double> foldPlaces = [];
        private readonly Dictionary<string, int> ids = new(StringComparer.Ordinal);
        private readonly ulong seed = (ulong)spec.Seed;

        public Failure? Take(Table batch)
        {
            var labels = batch.Find(spec.Label.Column)!;
            var split = spec.Split.Column is { } name ? (TextColumn)batch.Find(name)! : null;
            for (int row = 0; row < batch.Rows; row++)
            {
                fileRows.Add(labels.IsMissing(row) ? Unlabelled : (byte)0);
                if (labels.IsMissing(row)) continue;
                if ((Label(labels, row, batch.FirstRow) ?? (split is null ? null : Place(split, row, batch.FirstRow))) is { } failure) return failure;
            }

            return null;
        }

        public Outcome<LabelledRows> Finish()
        {
            if (classes.Count == 0) return Refused("No row to train on", fileRows.Count == 0 ? "The data have a header line and no row." : $"None of {fileRows.Count} rows has a label in '{spec.Label.Column}'.");
            string[]? names = null;
            if (spec.IsClassification)
            {
                var ordered = Ordered();
                if (!ordered.Ok) return ordered.As<LabelledRows>();
                names = ordered.Value;
                int[] place = [.. ids.OrderBy(id => id.Value).Select(id => Array.IndexOf(names, id.Key))];
                for (int row = 0; row < classes.Count; row++) classes[row] = place[classes[row]];
            }
            else if (targets.TrueForAll(t => t == targets[0]))
            {
                return Refused("Constant label", $"Every label in '{spec.Label.Column}' is {targets[0]}: there is nothing to learn.");
            }

            int[] kinds = [.. classes];
            byte[] parts = spec.Split.Kind switch
            {
                SplitKind.Time => RowSplit.ByTime(spec.Split, [.. places]),
                SplitKind.Key => [.. places.Select(place => RowSplit.ByKey(spec.Split, place))],
                _ => RowSplit.Stratified(spec.Split, seed, kinds),
            };
            return RowSplit.Check(parts) is { } failure ? failure
                : MissingClass(kinds, parts, names) is { } absent ? absent
                : new LabelledRows([.. fileRows], kinds, [.. targets], names, parts, FoldsOf(kinds, parts));
        }

        private Failure? Label(Column labels, int row, long first)
        {
            if (labels is RealColumn numbers)
            {
                double value = numbers.Values[row];
                if (!double.IsFinite(value)) return Refused("Infinite label", $"Data row {first + row + 1}: the label in '{spec.Label.Column}' is {value}; leave the cell empty if it is unknown.");
                targets.Add(value);
                classes.Add(0);
                return null;
            }

            string text = Encoding.UTF8.GetString(CellMeaning.Category(((TextColumn)labels).Utf8(row)));
            if (!ids.TryGetValue(text, out int id)) ids.Add(text, id = ids.Count);
            classes.Add(id);
            return ids.Count <= 1000 ? null : Refused("Too many classes", $"'{spec.Label.Column}' has over 1,000 different values: is it a number (task regression) or an identifier?");
        }

        private Failure? Place(TextColumn column, int row, long first)
        {
            if (spec.Split.Kind == SplitKind.Key)
            {
                var key = column.Utf8(row);
                places.Add(RowSplit.Place(key, seed));
                foldPlaces.Add(RowSplit.Place(key, SplitMix.Mix(seed, 12)));
                return null;
            }

            string text = Encoding.UTF8.GetString(column.Utf8(row));
            if (CellMeaning.Time(text) is not { } time) return Refused("Not a time", $"Data row {first + row + 1}, column '{column.Name}': '{text}' is neither a number nor an ISO 8601 time, which the split by time needs.");
            places.Add(time);
            return null;
        }

        private Outcome<string[]> Ordered()
        {
            string[] names = [.. ids.Keys.OrderBy(name => Encoding.UTF8.GetBytes(name), Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b)))];
            if (names.Length == 1) return Refused("One class", $"Every label in '{spec.Label.Column}' is '{names[0]}': there is nothing to tell apart.");
            if (spec.Task != TrainingTask.Binary) return names;
            if (names.Length > 2) return Refused("More than two classes", $"A binary label has two values; '{spec.Label.Column}' has {names.Length}: {string.Join(", ", names.Take(5).Select(n => $"'{n}'"))}. Use the task multiclass.");
            string positive = CellMeaning.Category(spec.Label.Positive ?? names[1]);
            if (!names.Contains(positive)) return Refused("No positive label", $"label.positive is '{positive}', yet '{spec.Label.Column}' holds '{names[0]}' and '{names[1]}'.");
            return names[1] == positive ? names : [names[1], names[0]];
        }

        private static Failure? MissingClass(int[] kinds, byte[] parts, string[]? names)
        {
            if (names is null) return null;
            var trained = new HashSet<int>(kinds.Where((_, row) => parts[row] == RowSplit.Training));
            int absent = Enumerable.Range(0, names.Length).FirstOrDefault(c => !trained.Contains(c), -1);
            return absent < 0 ? null : Refused("A class without training rows", $"The class '{names[absent]}' has {kinds.Count(k => k == absent)} rows and none falls to training. Give more rows of it, or leave it out.");
        }

        private byte[]? FoldsOf(int[] kinds, byte[] parts)
        {
            if (parts.Length >= RowSplit.FoldsBelow || spec.Split.Kind == SplitKind.Time) return null;
            int[] pooled = [.. Enumerable.Range(0, parts.Length).Where(row => parts[row] != RowSplit.Test)];
            byte[] folds = new byte[parts.Length];
            byte[] cut = spec.Split.Kind == SplitKind.Key
                ? [.. pooled.Select(row => (byte)(RowSplit.Folds * foldPlaces[row]))]
                : RowSplit.StratifiedFolds(seed, pooled.Select(row => kinds[row]).ToArray());
            for (int k = 0; k < pooled.Length; k++) folds[pooled[k]] = cut[k];
            return folds;
        }

        private static Failure Refused(string title, string detail) => new(FailureKind.Unprocessable, title, detail);
    }
}
