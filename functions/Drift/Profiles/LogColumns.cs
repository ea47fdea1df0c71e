using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Tabular;

namespace Tidemark.Drift.Profiles;

/// <summary>The columns of a batch of the log by what they are: what went in, what came out, and how confident the model was.</summary>
internal sealed class LogColumns
{
    /// <summary>
    /// Name of the derived column: the largest of the class probabilities, or the larger of p and 1 - p of a single one. A value that is no probability
    /// is left out.
    /// </summary>
    public const string Confidence = LogNames.Output + "confidence";

    private readonly RealColumn confidence = new(Confidence);
    private Table? last;
    private Column[] probabilities = [];

    public Table Inputs { get; private set; } = new([]);

    public Table Outputs { get; private set; } = new([]);

    public void Split(Table batch)
    {
        if (!ReferenceEquals(batch, last))
        {
            last = batch;
            Inputs = new Table([.. batch.Columns.Where(c => c.Name.StartsWith(LogNames.Input, StringComparison.Ordinal))]);
            List<Column> outputs = [.. batch.Columns.Where(c => c.Name.StartsWith(LogNames.Output, StringComparison.Ordinal))];
            probabilities = Probabilities(outputs);
            Outputs = new Table(probabilities.Length > 0 ? [.. outputs, confidence] : outputs);
        }

        if (probabilities.Length > 0)
            Fill(batch.Rows);
        Inputs.Filled(batch.Rows);
        Outputs.Filled(batch.Rows);
    }

    /// <summary>The first output with several numbers a row, else the first with one whose name tells of a score or probability.</summary>
    private static Column[] Probabilities(List<Column> outputs)
    {
        Column[] numbers = [.. outputs.Where(c => c is RealColumn or IntegerColumn)];
        Column[]? several = numbers
            .Where(c => c.Name.IndexOf('.', LogNames.Output.Length) >= 0)
            .GroupBy(c => c.Name[..c.Name.IndexOf('.', LogNames.Output.Length)], StringComparer.Ordinal)
            .FirstOrDefault(g => g.Count() > 1)?.ToArray();
        return several ?? [.. numbers.Where(c => c.Name.Contains("prob", StringComparison.OrdinalIgnoreCase) || c.Name.Contains("score", StringComparison.OrdinalIgnoreCase)).Take(1)];
    }

    private void Fill(int rows)
    {
        confidence.Clear();
        for (int row = 0; row < rows; row++)
        {
            double sum = 0, largest = 0, smallest = 0;
            foreach (Column column in probabilities)
            {
                double value = column.IsMissing(row) ? double.NaN : column is RealColumn reals ? reals.Values[row] : ((IntegerColumn)column).Values[row];
                sum += value;
                largest = Math.Max(largest, value);
                smallest = Math.Min(smallest, value);
            }

            bool sound = smallest >= 0 && (probabilities.Length == 1 ? largest <= 1 : Math.Abs(sum - 1) < 0.01);
            if (sound)
                confidence.Append(probabilities.Length == 1 ? Math.Max(largest, 1 - largest) : largest);
            else
                confidence.AppendMissing();
        }
    }
}
