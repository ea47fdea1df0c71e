using Tidemark.Platform.Errors;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Readers;

namespace Tidemark.Feedback.Labels;

/// <summary>A row of labels that could not be used.</summary>
/// <param name="Row">Data row, from 0.</param>
/// <param name="Reason">Why.</param>
public sealed record RefusedLabel(long Row, string Reason);

/// <summary>Reads labels from rows: columns <c>prediction_id</c> (or <c>predictionId</c>) or <c>key</c>, and <c>label</c>.</summary>
internal static class LabelFile
{
    private const string Id = "prediction_id", OtherId = "predictionId", Key = "key", Value = "label";

    private static readonly Dictionary<string, ColumnKind> Kinds = new(StringComparer.Ordinal) { [Id] = ColumnKind.Text, [OtherId] = ColumnKind.Text, [Key] = ColumnKind.Text };

    public static DataFormat? FormatOf(string path) => DataFormats.OfName(path);

    public static Task<Outcome<TableReader>> OpenAsync(string path, Stream stream, CancellationToken cancellation) => FormatOf(path)!.Value.OpenAsync(stream, Kinds, cancellation);

    /// <summary>The labels of a batch with their rows, and what is wrong with the others.</summary>
    public static (List<(long Row, Label Label)> Labels, List<RefusedLabel> Refused) Read(TableReader reader)
    {
        Table batch = reader.Batch;
        (Column? id, Column? key, Column? value) = (batch.Find(Id) ?? batch.Find(OtherId), batch.Find(Key), batch.Find(Value));
        var labels = new List<(long, Label)>(batch.Rows);
        List<RefusedLabel> refused = [.. reader.Faults.Select(fault => new RefusedLabel(fault.Row, fault.Detail))];
        for (int row = 0; row < batch.Rows; row++)
        {
            Outcome<Label> label = Label.Of(id?.Cell(row) as string, key?.Cell(row) as string, value?.Cell(row));
            if (label.Ok)
                labels.Add((batch.FirstRow + row, label.Value));
            else
                refused.Add(new(batch.FirstRow + row, label.Failure.Detail));
        }

        return (labels, refused);
    }
}
