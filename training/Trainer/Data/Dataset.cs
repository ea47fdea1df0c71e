using Tidemark.Platform.Errors;
using Tidemark.Platform.Tabular;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Data;

namespace Tidemark.Trainer.Data;

/// <summary>The rows of a run, split, in memory: of training rows beyond <see cref="MostKept"/> only the labels.</summary>
internal sealed class Dataset
{
    /// <summary>
    /// Training rows whose cells are kept as they are: enough for quantiles and for linear models, which no longer change with more rows.
    /// The others are read again, straight into bins, so that memory is that of the binned matrix.
    /// </summary>
    public const int MostKept = 131_072;

    private readonly RunData data;
    private readonly RowOrder order;
    private int[] numberPlaces;
    private int[] textPlaces;

    private Dataset(RunSpec spec, RunData data, LabelledRows labels)
    {
        (this.data, Labels) = (data, labels);
        AllNumbers = [.. spec.Features.Where(f => f.Type == FeatureType.Numeric).Select(f => f.Name)];
        AllTexts = [.. spec.Features.Where(f => f.Type == FeatureType.Categorical).Select(f => f.Name)];
        (numberPlaces, textPlaces) = ([.. Enumerable.Range(0, AllNumbers.Length)], [.. Enumerable.Range(0, AllTexts.Length)]);
        Ids = [.. AllTexts.Select(_ => new TextIds())];
        order = new(labels, (ulong)spec.Seed);
        Training = Part.OfSize(order.TrainingRows, order.KeptRows, AllNumbers.Length, AllTexts.Length);
        Validation = Empty(labels.Folds is null ? labels.RowsOf(RowSplit.Validation) : 0);
        Test = Empty(labels.RowsOf(RowSplit.Test));
        Folds = labels.Folds is null ? null : new byte[order.TrainingRows];
        Sensitive = spec.Sensitive.Distinct().ToDictionary(name => name, _ => new string[Test.Rows], StringComparer.Ordinal);
    }

    public LabelledRows Labels { get; }

    /// <summary>Training rows; with folds, the validation rows too.</summary>
    public Part Training { get; private set; }

    /// <summary>Empty with folds.</summary>
    public Part Validation { get; private set; }

    public Part Test { get; private set; }

    /// <summary>Fold per row of <see cref="Training"/>, or null.</summary>
    public byte[]? Folds { get; }

    /// <summary>Per sensitive column the texts of the test rows.</summary>
    public IReadOnlyDictionary<string, string[]> Sensitive { get; }

    public string[] NumberNames => [.. numberPlaces.Select(at => AllNumbers[at])];

    public string[] TextNames => [.. textPlaces.Select(at => AllTexts[at])];

    /// <summary>Per categorical column what its numbers stand for.</summary>
    public TextIds[] Ids { get; private set; }

    private string[] AllNumbers { get; }

    private string[] AllTexts { get; }

    public static async Task<Outcome<Dataset>> ReadAsync(RunSpec spec, RunData data, CancellationToken cancellation)
    {
        var labels = await LabelledRows.ReadAsync(spec, data, cancellation);
        if (!labels.Ok) return labels.As<Dataset>();
        var dataset = new Dataset(spec, data, labels.Value);
        return await dataset.FillAsync(cancellation) is { } failure ? failure : dataset;
    }

    /// <summary>Leaves out all other columns.</summary>
    public void Keep(int[] numbers, int[] texts)
    {
        (Training, Validation, Test) = (Training.With(numbers, texts), Validation.With(numbers, texts), Test.With(numbers, texts));
        (numberPlaces, textPlaces) = (Array.ConvertAll(numbers, at => numberPlaces[at]), Array.ConvertAll(texts, at => textPlaces[at]));
        Ids = Array.ConvertAll(texts, at => Ids[at]);
    }

    /// <summary>Reads the training rows that are not kept once more: <paramref name="take"/> gets the place of a row and its cells.</summary>
    public async Task<Failure?> ReadOthersAsync(Action<int, float[], int[]> take, CancellationToken cancellation)
    {
        if (Training.Kept == Training.Rows) return null;
        float[] numbers = new float[numberPlaces.Length];
        int[] texts = new int[textPlaces.Length];
        order.Begin();
        return await data.ReadAsync([], NumberNames, batch =>
        {
            var (numberColumns, textColumns) = Columns(batch, NumberNames, TextNames);
            for (int row = 0; row < batch.Rows; row++)
            {
                if (order.Next(batch.FirstRow + row) is not { Part: RowSplit.Training } at || at.Place < Training.Kept) continue;
                for (int f = 0; f < numbers.Length; f++) numbers[f] = Number(numberColumns[f], row);
                for (int f = 0; f < texts.Length; f++) texts[f] = Text(textColumns[f], row, Ids[f]);
                take(at.Place, numbers, texts);
            }

            return null;
        }, cancellation);
    }

    private async Task<Failure?> FillAsync(CancellationToken cancellation)
    {
        order.Begin();
        return await data.ReadAsync([], AllNumbers, batch =>
        {
            var (numbers, texts) = Columns(batch, AllNumbers, AllTexts);
            for (int row = 0; row < batch.Rows; row++)
            {
                if (order.Next(batch.FirstRow + row) is not { } at) continue;
                var part = at.Part == RowSplit.Training ? Training : at.Part == RowSplit.Test ? Test : Validation;
                part.Classes[at.Place] = Labels.Classes[at.Row];
                if (Labels.Targets.Length > 0) part.Targets[at.Place] = Labels.Targets[at.Row];
                if (Folds is not null && at.Part == RowSplit.Training) Folds[at.Place] = Labels.Folds![at.Row];
                if (at.Part == RowSplit.Test) FillSensitive(batch, row, at.Place);
                if (at.Place >= part.Kept) continue;
                for (int f = 0; f < numbers.Length; f++) part.Numbers[f][at.Place] = Number(numbers[f], row);
                for (int f = 0; f < texts.Length; f++) part.Texts[f][at.Place] = Text(texts[f], row, Ids[f]);
            }

            return null;
        }, cancellation);
    }

    private void FillSensitive(Table batch, int row, int place)
    {
        foreach (var (name, texts) in Sensitive)
        {
            var column = batch.Find(name)!;
            texts[place] = CellMeaning.Category(Convert.ToString(column.Cell(row), System.Globalization.CultureInfo.InvariantCulture) ?? "");
        }
    }

    private static (RealColumn[] Numbers, TextColumn[] Texts) Columns(Table batch, string[] numbers, string[] texts) =>
        (Array.ConvertAll(numbers, name => (RealColumn)batch.Find(name)!), Array.ConvertAll(texts, name => (TextColumn)batch.Find(name)!));

    private static float Number(RealColumn column, int row) => column.IsMissing(row) ? float.NaN : (float)column.Values[row];

    private static int Text(TextColumn column, int row, TextIds ids) => column.IsMissing(row) ? TextIds.Missing : ids.Of(column.Utf8(row));

    private Part Empty(int rows) => Part.OfSize(rows, rows, AllNumbers.Length, AllTexts.Length);
}
