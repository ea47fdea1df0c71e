using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary>What a column as a whole shows: the observed value, whether it is as expected, and details where there are some.</summary>
internal readonly record struct Observation(object? Value, bool Success, JsonObject? Details = null);

/// <summary>An expectation of one value computed from a column's values that are not missing.</summary>
internal abstract class ColumnAggregate : Evaluator
{
    private readonly RowCondition? condition;
    private readonly ResultFormat format;
    private bool[] considered = [];
    private long elements, present;

    protected ColumnAggregate(Arguments arguments, ResultFormat format)
    {
        (Name, this.format) = (arguments.Text("column"), format);
        condition = RowCondition.Of(arguments);
    }

    protected string Name { get; }

    /// <summary>Whether every row of the last batch has a value and counts.</summary>
    protected bool IsWhole { get; private set; }

    /// <summary>Number of values taken so far.</summary>
    protected long Count => present;

    protected abstract void Take(Column column, ReadOnlySpan<bool> considered);

    protected abstract Observation Observe();

    protected sealed override void Look(Batch batch)
    {
        Column column = Find(batch, Name);
        int rows = batch.Table.Rows;
        if (considered.Length < rows)
            considered = new bool[rows];
        Span<bool> marks = considered.AsSpan(0, rows);
        Select(condition, batch, marks);
        elements += marks.Count(true);
        TensorPrimitives.BitwiseAnd(MemoryMarshal.AsBytes(marks), MemoryMarshal.AsBytes(batch.Present(column)[..rows]), MemoryMarshal.AsBytes(marks));
        int values = marks.Count(true);
        present += values;
        IsWhole = values == rows;
        Take(column, marks);
    }

    protected sealed override Verdict Decide()
    {
        Observation observation = Observe();
        var result = new JsonObject();
        if (format.Detail != ResultDetail.BooleanOnly)
        {
            result["observed_value"] = Values.ToJson(observation.Value);
            result["element_count"] = elements;
            result["missing_count"] = elements - present;
            result["missing_percent"] = elements > 0 ? (double)(elements - present) * 100 / elements : null;
            if (observation.Details is not null)
                result["details"] = observation.Details;
        }

        return new Verdict(observation.Success, result);
    }

    /// <summary>The number of a cell; notes the fault when it holds something else.</summary>
    protected double NumberAt(Column column, int row)
    {
        double? number = column switch
        {
            RealColumn real => real.Values[row],
            IntegerColumn whole => whole.Values[row],
            _ => Values.Number(column.Cell(row)),
        };
        if (number is null)
            Fail(Fault.Kind($"'{Name}' must hold numbers; it holds {PythonText.Of(column.Cell(row))}."));
        return number ?? double.NaN;
    }

    protected bool InBounds(Bounds bounds, object? value)
    {
        bool? held = bounds.Hold(value);
        if (held is null)
            Fail(Fault.Kind($"{PythonText.Of(value)} of '{Name}' can't be compared with the bounds given."));
        return held == true;
    }
}
