using System.Globalization;
using System.Numerics;
using System.Numerics.Tensors;
using System.Text;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Platform.Inference;
using Tidemark.Platform.Tabular;
using Tidemark.Prediction;

namespace Tidemark.BatchScoring.Scoring;

/// <summary>A cell that the model's input can't hold.</summary>
/// <param name="Row">Its row in the table.</param>
/// <param name="Column">Its column.</param>
/// <param name="Detail">Why, and what would help.</param>
internal readonly record struct Misfit(int Row, string Column, string Detail);

/// <summary>Puts columns of a table into the inputs of a model: a column each, or all into the places of one matrix. Nothing is allocated per row.</summary>
internal sealed class FeatureTensors(FrameLayout frame, IReadOnlyList<TensorSpec> inputs)
{
    private readonly string[] names = [.. frame.Names.Select(Encoding.UTF8.GetString)];

    /// <summary>Kinds that a reader gives the columns, so that a cell of another kind is that row's fault.</summary>
    public Dictionary<string, ColumnKind> Kinds(IReadOnlyList<string>? header)
    {
        var kinds = new Dictionary<string, ColumnKind>(StringComparer.Ordinal);
        IReadOnlyList<string> features = names.Length > 0 ? names : header ?? [];
        for (int feature = 0; feature < features.Count; feature++)
            kinds[features[feature]] = KindOf(TypeOf(feature));
        return kinds;
    }

    /// <summary>The column of a feature; null when no line of the batch has its key.</summary>
    public Column? Find(Table table, int feature) => names.Length > 0 ? table.Find(names[feature]) : table.Columns[feature];

    /// <summary>The features as a table of their own, for the log.</summary>
    public Table Features(Table table) =>
        new Table([.. Enumerable.Range(0, frame.Width).Select(feature => Find(table, feature)).OfType<Column>()]).Filled(table.Rows, table.FirstRow);

    /// <summary>Fills the inputs with these rows of the table, in their order. Notes what does not fit; the inputs are then of no use.</summary>
    public void Fill(Table table, ReadOnlySpan<int> rows, TensorBuffer[] tensors, List<Misfit> misfits)
    {
        foreach (TensorBuffer tensor in tensors)
            tensor.Follow(rows.Length);
        for (int feature = 0; feature < frame.Width; feature++)
        {
            TensorBuffer tensor = frame.IsMatrix ? tensors[0] : tensors[feature];
            (int first, int step) = frame.IsMatrix ? (feature, frame.Width) : (0, 1);
            Fill(NameOf(feature), Find(table, feature), rows, tensor, first, step, misfits);
        }
    }

    private string NameOf(int feature) => names.Length > 0 ? names[feature] : feature.ToString(CultureInfo.InvariantCulture);

    private TensorElementType TypeOf(int feature) => inputs[frame.IsMatrix ? 0 : feature].Type;

    private static ColumnKind KindOf(TensorElementType type) => type switch
    {
        TensorElementType.Float or TensorElementType.Double or TensorElementType.Float16 => ColumnKind.Real,
        TensorElementType.Bool => ColumnKind.Boolean,
        TensorElementType.String => ColumnKind.Text,
        _ => ColumnKind.Integer,
    };

    private static void Fill(string name, Column? column, ReadOnlySpan<int> rows, TensorBuffer tensor, int first, int step, List<Misfit> misfits)
    {
        switch (tensor.Spec.Type)
        {
            case TensorElementType.String: Texts(column, rows, tensor); break;
            case TensorElementType.Float: Floats(name, column, rows, tensor.Elements<float>(tensor.Count), first, step, misfits); break;
            case TensorElementType.Double: Doubles(column, rows, tensor.Elements<double>(tensor.Count), first, step); break;
            case TensorElementType.Float16: Halves(column, rows, tensor.Elements<Half>(tensor.Count), first, step); break;
            case TensorElementType.Int64: Whole(name, column, rows, tensor.Elements<long>(tensor.Count), first, step, misfits); break;
            case TensorElementType.Int32: Whole(name, column, rows, tensor.Elements<int>(tensor.Count), first, step, misfits); break;
            case TensorElementType.Int16: Whole(name, column, rows, tensor.Elements<short>(tensor.Count), first, step, misfits); break;
            case TensorElementType.Int8: Whole(name, column, rows, tensor.Elements<sbyte>(tensor.Count), first, step, misfits); break;
            case TensorElementType.UInt64: Whole(name, column, rows, tensor.Elements<ulong>(tensor.Count), first, step, misfits); break;
            case TensorElementType.UInt32: Whole(name, column, rows, tensor.Elements<uint>(tensor.Count), first, step, misfits); break;
            case TensorElementType.UInt16: Whole(name, column, rows, tensor.Elements<ushort>(tensor.Count), first, step, misfits); break;
            default: Whole(name, column, rows, tensor.Elements<byte>(tensor.Count), first, step, misfits); break;
        }
    }

    /// <summary>A missing number is NaN.</summary>
    private static void Floats(string name, Column? column, ReadOnlySpan<int> rows, Span<float> to, int first, int step, List<Misfit> misfits)
    {
        int at = first;
        if (column is RealColumn reals)
        {
            ReadOnlySpan<double> values = reals.Values;
            ReadOnlySpan<bool> present = reals.Present;
            if (reals.Missing == 0 && rows[^1] - rows[0] == rows.Length - 1 && Math.Abs(TensorPrimitives.MaxMagnitude(values.Slice(rows[0], rows.Length))) <= float.MaxValue)
            {
                // What most batches are: rows one after another, every cell there and small enough.
                foreach (double value in values.Slice(rows[0], rows.Length))
                {
                    to[at] = (float)value;
                    at += step;
                }

                return;
            }

            for (int i = 0; i < rows.Length; i++, at += step)
            {
                int row = rows[i];
                float value = present[row] ? (float)values[row] : float.NaN;
                to[at] = value;
                if (float.IsInfinity(value) && double.IsFinite(values[row]))
                    misfits.Add(new Misfit(row, name, "The number is beyond what the model's 32-bit input holds, 3.4e38: correct it."));
            }

            return;
        }

        for (int i = 0; i < rows.Length; i++, at += step)
            to[at] = (float)Number(column, rows[i]);
    }

    private static void Doubles(Column? column, ReadOnlySpan<int> rows, Span<double> to, int first, int step)
    {
        for (int i = 0, at = first; i < rows.Length; i++, at += step)
            to[at] = Number(column, rows[i]);
    }

    private static void Halves(Column? column, ReadOnlySpan<int> rows, Span<Half> to, int first, int step)
    {
        for (int i = 0, at = first; i < rows.Length; i++, at += step)
            to[at] = (Half)Number(column, rows[i]);
    }

    private static void Whole<T>(string name, Column? column, ReadOnlySpan<int> rows, Span<T> to, int first, int step, List<Misfit> misfits)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        for (int i = 0, at = first; i < rows.Length; i++, at += step)
        {
            int row = rows[i];
            if (column is IntegerColumn integers && !integers.IsMissing(row))
            {
                long value = integers.Values[row];
                to[at] = T.CreateTruncating(value);
                if (long.CreateSaturating(to[at]) != value)
                    misfits.Add(new Misfit(row, name, $"The model takes whole numbers from {T.MinValue} to {T.MaxValue} here: correct the number."));
                continue;
            }

            double number = Number(column, row);
            to[at] = double.IsNaN(number) ? T.Zero : T.CreateSaturating(Math.Round(number));
            if (double.IsNaN(number))
                misfits.Add(new Misfit(row, name, "The value is missing and the model takes whole numbers here, which can't be missing: fill it in, or give the suite a row action that imputes it."));
        }
    }

    /// <summary>A missing text is the empty one.</summary>
    private static void Texts(Column? column, ReadOnlySpan<int> rows, TensorBuffer tensor)
    {
        tensor.Cells.Clear();
        foreach (int row in rows)
            tensor.Cells.Add(column is TextColumn texts ? texts.Utf8(row) : Encoding.UTF8.GetBytes(Convert.ToString(column?.Cell(row), CultureInfo.InvariantCulture) ?? ""));
    }

    private static double Number(Column? column, int row) => column is null || column.IsMissing(row) ? double.NaN : column switch
    {
        RealColumn reals => reals.Values[row],
        IntegerColumn integers => integers.Values[row],
        BooleanColumn flags => flags.Values[row] ? 1 : 0,
        _ => column.Cell(row) is IConvertible and not string and var cell ? Convert.ToDouble(cell, CultureInfo.InvariantCulture) : double.NaN,
    };
}
