using System.Numerics;
using System.Numerics.Tensors;
using System.Text;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.BatchScoring.Planning;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Inference;
using Tidemark.Platform.Json;
using Tidemark.Platform.Tabular;

namespace Tidemark.BatchScoring.Scoring;

/// <summary>The values that a run of the model gave, row by row.</summary>
internal sealed class PredictedValues(OutputLayout layout, IReadOnlyList<TensorSpec> specs, InferenceSlot slot)
{
    private readonly byte[][] decisions = [.. (layout.Decisions ?? []).Select(Encoding.UTF8.GetBytes)];

    /// <summary>Per output its numbers, 64-bit integers rounded where a double does not hold them.</summary>
    private readonly double[][] numbers = [.. specs.Select(_ => Array.Empty<double>())];

    public int Outputs => specs.Count;

    /// <summary>Whether every prediction of the run is a number and not infinite.</summary>
    public bool AllFinite { get; private set; }

    public TensorElementType TypeOf(int output) => specs[output].Type;

    public int WidthOf(int output) => layout.Outputs[output].Columns.Count;

    /// <summary>Takes the outputs of a run of so many rows. A failure: their shapes are not those that the plan counts on.</summary>
    public Failure? Take(int rows)
    {
        AllFinite = true;
        for (int output = 0; output < specs.Count; output++)
        {
            if (Misshapen(output, rows) is { } failure)
                return failure;
            if (numbers[output].Length < rows * WidthOf(output))
                numbers[output] = new double[rows * WidthOf(output)];
            Span<double> taken = numbers[output].AsSpan(0, rows * WidthOf(output));
            Copy(output, taken);
            AllFinite &= taken.IsEmpty || double.IsFinite(TensorPrimitives.MaxMagnitude<double>(taken));
        }

        return null;
    }

    /// <summary>The name of a column in which the row's prediction is NaN or infinite; null when all are numbers.</summary>
    public string? NotFinite(int row)
    {
        for (int output = 0; !AllFinite && output < specs.Count; output++)
        {
            int width = WidthOf(output);
            for (int place = 0; specs[output].Type is TensorElementType.Float or TensorElementType.Double or TensorElementType.Float16 && place < width; place++)
            {
                if (!double.IsFinite(Number(output, (row * width) + place)))
                    return layout.Outputs[output].Columns[place];
            }
        }

        return null;
    }

    /// <summary>A value of a numeric output.</summary>
    public double Number(int output, int element) => numbers[output][element];

    /// <summary>The values of a numeric output, row by row.</summary>
    public ReadOnlySpan<double> Numbers(int output) => numbers[output];

    public ReadOnlySpan<byte> Text(int output, int element) => slot.Text(output, element);

    /// <summary>Writes a number as the shortest text that reads back as the same value.</summary>
    public void WriteNumber(JsonBuffer to, int output, int element)
    {
        switch (specs[output].Type)
        {
            case TensorElementType.Float: to.Number((float)numbers[output][element]); break;
            case TensorElementType.Double: to.Number(numbers[output][element]); break;
            case TensorElementType.Float16: to.Number((float)numbers[output][element]); break;
            case TensorElementType.UInt64: to.Number(slot.Data<ulong>(output)[element]); break;
            case TensorElementType.Int64: to.Number(slot.Data<long>(output)[element]); break;
            default: to.Number((long)Number(output, element)); break;
        }
    }

    /// <summary>What the threshold makes of the row; empty when none was asked for.</summary>
    public ReadOnlySpan<byte> Decision(int row, double? threshold) => layout.Score is not { } score || threshold is not { } limit
        ? default
        : decisions[Number(score.Output, (row * WidthOf(score.Output)) + score.Place) >= limit ? 1 : 0];

    /// <summary>Some of the rows predicted as a table for the log.</summary>
    public Table ToTable(List<int> scored)
    {
        var columns = new List<Column>();
        for (int output = 0; output < specs.Count; output++)
        {
            for (int place = 0; place < WidthOf(output); place++)
                columns.Add(ToColumn(output, place, scored));
        }

        return new Table(columns).Filled(scored.Count);
    }

    private Column ToColumn(int output, int place, List<int> scored)
    {
        string name = layout.Outputs[output].Columns[place];
        Column column = specs[output].Type switch
        {
            TensorElementType.String => new TextColumn(name),
            TensorElementType.Float or TensorElementType.Double or TensorElementType.Float16 => new RealColumn(name),
            _ => new IntegerColumn(name),
        };
        int width = WidthOf(output);
        foreach (int row in scored)
        {
            int element = (row * width) + place;
            if (column is TextColumn texts)
                texts.Append(slot.Text(output, element));
            else if (column is RealColumn reals)
                reals.Append(Number(output, element));
            else
                ((IntegerColumn)column).Append((long)Number(output, element));
        }
        return column;
    }

    private Failure? Misshapen(int output, int rows)
    {
        long count = 1;
        foreach (long dimension in slot.Shape(output))
            count *= dimension;
        return count == (long)rows * WidthOf(output) ? null : new Failure(
            FailureKind.Unprocessable, "Model output of another shape",
            $"For {rows} rows the output '{specs[output].Name}' has the shape [{string.Join(',', slot.Shape(output).ToArray())}] where {WidthOf(output)} values a row were expected. Export the model with the batch as the first dimension of every output.");
    }

    private void Copy(int output, Span<double> to)
    {
        switch (specs[output].Type)
        {
            case TensorElementType.Float: Copy(slot.Data<float>(output), to); break;
            case TensorElementType.Double: slot.Data<double>(output)[..to.Length].CopyTo(to); break;
            case TensorElementType.Float16: Copy(slot.Data<Half>(output), to); break;
            case TensorElementType.Int64: Copy(slot.Data<long>(output), to); break;
            case TensorElementType.UInt64: Copy(slot.Data<ulong>(output), to); break;
            case TensorElementType.Int32: Copy(slot.Data<int>(output), to); break;
            case TensorElementType.Int16: Copy(slot.Data<short>(output), to); break;
            case TensorElementType.Int8: Copy(slot.Data<sbyte>(output), to); break;
            case TensorElementType.UInt32: Copy(slot.Data<uint>(output), to); break;
            case TensorElementType.UInt16: Copy(slot.Data<ushort>(output), to); break;
            case TensorElementType.UInt8 or TensorElementType.Bool: Copy(slot.Data<byte>(output), to); break;
        }
    }

    private static void Copy<T>(ReadOnlySpan<T> from, Span<double> to)
        where T : INumberBase<T> => TensorPrimitives.ConvertTruncating(from[..to.Length], to);
}
