using System.Globalization;
using System.Text;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Inference;
using Tidemark.Platform.Tabular;

namespace Tidemark.Prediction;

/// <summary>Holds the rows of a request, as they stand in the model's inputs, to the version's rules, and puts repaired values back.</summary>
internal static class FrameTable
{
    public static Failure? Check(LoadedModel model, Exchange exchange)
    {
        if (model.Rules.Check is not { } check || model.Frame.Width == 0)
            return null;
        Table rows = Read(model, exchange);
        RowsChecked found = check(rows);
        foreach (string warning in found.Warnings)
            exchange.Warn(warning);
        for (int column = 0; found.Refusal is null && column < model.Frame.Width; column++)
        {
            Column repaired = found.Rows.Columns[column];
            if (repaired != rows.Columns[column])
                Write(repaired, Place(model, exchange, column));
        }

        return found.Refusal;
    }

    private static Table Read(LoadedModel model, Exchange exchange)
    {
        var columns = new List<Column>(model.Frame.Width);
        for (int column = 0; column < model.Frame.Width; column++)
        {
            string name = model.Frame.Names.Length > 0 ? Encoding.UTF8.GetString(model.Frame.Names[column]) : column.ToString(CultureInfo.InvariantCulture);
            columns.Add(Read(name, Place(model, exchange, column), exchange.Batch));
        }

        return new Table(columns).Filled(exchange.Batch);
    }

    private static (TensorBuffer Tensor, int First, int Step) Place(LoadedModel model, Exchange exchange, int column) =>
        model.Frame.IsMatrix ? (exchange.Slot.Inputs[0], column, model.Frame.Width) : (exchange.Slot.Inputs[column], 0, 1);

    private static Column Read(string name, (TensorBuffer Tensor, int First, int Step) place, int rows)
    {
        (TensorBuffer tensor, int first, int step) = place;
        if (tensor.IsText)
        {
            var text = new TextColumn(name);
            for (int row = 0; row < rows; row++)
            {
                if (tensor.Cells[row].IsEmpty)
                    text.AppendMissing();
                else
                    text.Append(tensor.Cells[row]);
            }

            return text;
        }

        return tensor.Spec.Type switch
        {
            TensorElementType.Float => Reals(name, tensor.Elements<float>(tensor.Count), first, step, rows, Shortest),
            TensorElementType.Double => Reals(name, tensor.Elements<double>(tensor.Count), first, step, rows, value => value),
            TensorElementType.Int64 => Integers(name, tensor.Elements<long>(tensor.Count), first, step, rows, value => value),
            TensorElementType.Int32 => Integers(name, tensor.Elements<int>(tensor.Count), first, step, rows, value => value),
            TensorElementType.Bool => Integers(name, tensor.Elements<byte>(tensor.Count), first, step, rows, value => value),
            _ => Missing(name, rows),
        };
    }

    private static RealColumn Reals<T>(string name, ReadOnlySpan<T> elements, int first, int step, int rows, Func<T, double> widen)
    {
        var column = new RealColumn(name);
        for (int row = 0; row < rows; row++)
            column.Append(widen(elements[first + (row * step)]));
        return column;
    }

    private static IntegerColumn Integers<T>(string name, ReadOnlySpan<T> elements, int first, int step, int rows, Func<T, long> widen)
    {
        var column = new IntegerColumn(name);
        for (int row = 0; row < rows; row++)
            column.Append(widen(elements[first + (row * step)]));
        return column;
    }

    private static MixedColumn Missing(string name, int rows)
    {
        var column = new MixedColumn(name);
        for (int row = 0; row < rows; row++)
            column.AppendMissing();
        return column;
    }

    /// <summary>The number that was sent: 0.1 rather than the 0.10000000149 that its 32 bits hold, so that it meets a bound of 0.1.</summary>
    private static double Shortest(float value) =>
        float.IsFinite(value) && value != MathF.Truncate(value) ? double.Parse(value.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : value;

    private static void Write(Column column, (TensorBuffer Tensor, int First, int Step) place)
    {
        (TensorBuffer tensor, int first, int step) = place;
        if (tensor.IsText)
            tensor.Cells.Clear();
        for (int row = 0; row < column.Count; row++)
        {
            object? cell = column.Cell(row);
            if (tensor.IsText)
                tensor.Cells.Add(Encoding.UTF8.GetBytes(cell as string ?? ""));
            else
                Store(tensor, first + (row * step), cell is null ? double.NaN : Convert.ToDouble(cell, CultureInfo.InvariantCulture));
        }
    }

    private static void Store(TensorBuffer tensor, int at, double value)
    {
        switch (tensor.Spec.Type)
        {
            case TensorElementType.Float:
                tensor.Elements<float>(tensor.Count)[at] = (float)value;
                break;
            case TensorElementType.Double:
                tensor.Elements<double>(tensor.Count)[at] = value;
                break;
            case TensorElementType.Int64:
                tensor.Elements<long>(tensor.Count)[at] = (long)Math.Round(value);
                break;
            case TensorElementType.Int32:
                tensor.Elements<int>(tensor.Count)[at] = (int)Math.Round(value);
                break;
        }
    }
}
