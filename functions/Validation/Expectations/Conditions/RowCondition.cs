using System.Text.Json.Nodes;

namespace Tidemark.Validation.Expectations;

/// <summary>
/// The rows that an expectation speaks of: Great Expectations' <c>row_condition</c>, in the part of pandas' query language that
/// compares columns with values: <c>(age &gt; 17) &amp; (sex == "female")</c>, <c>`my col` in [1, 2]</c>, <c>name.notnull()</c>.
/// </summary>
internal sealed class RowCondition
{
    private readonly ConditionTerm condition;

    private RowCondition(ConditionTerm condition, IReadOnlyCollection<string> names) => (this.condition, Names) = (condition, names);

    /// <summary>The columns that it looks at.</summary>
    public IReadOnlyCollection<string> Names { get; }

    /// <summary>The condition of an expectation, null when it has none; what is wrong with it becomes the arguments' fault.</summary>
    public static RowCondition? Of(Arguments arguments)
    {
        string? parser = arguments.OptionalText("condition_parser");
        JsonNode? text = arguments.Node("row_condition");
        if (text is null)
            return null;
        if (parser is not (null or "pandas" or "python" or "great_expectations" or "great_expectations__experimental__"))
            arguments.Refuse(Fault.Value($"condition_parser must be 'python' or 'pandas', not '{parser}'."));
        var reader = new ConditionReader(text.ToString());
        ConditionTerm? condition = reader.Read();
        if (condition is null)
            arguments.Refuse(Fault.Value($"row_condition {text.ToJsonString()}: {reader.Problem}."));
        return condition is null ? null : new RowCondition(condition, reader.Names);
    }

    /// <summary>Clears the marks of rows for which the condition does not hold.</summary>
    public void Select(Batch batch, Span<bool> rows)
    {
        for (int i = 0; i < rows.Length; i++)
            rows[i] = condition(batch, i) is true;
    }
}

/// <summary>A part of a condition: its value in a row.</summary>
internal delegate object? ConditionTerm(Batch batch, int row);
