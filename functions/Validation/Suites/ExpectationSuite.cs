using System.Text.Json.Nodes;
using Tidemark.Validation.Expectations;

namespace Tidemark.Validation.Suites;

/// <summary>Which of Great Expectations' two spellings a suite is written in.</summary>
public enum SuiteForm
{
    /// <summary>0.x: <c>expectation_suite_name</c>, <c>expectation_type</c>.</summary>
    Zero,

    /// <summary>1.x: <c>name</c>, <c>type</c>, <c>severity</c>.</summary>
    One,
}

/// <summary>One expectation of a suite, as configured.</summary>
/// <param name="Type">Its name, e.g. <c>expect_column_values_to_be_between</c>; not checked here, an unknown one becomes a result.</param>
/// <param name="Kwargs">Its arguments.</param>
/// <param name="Meta">Notes and our <c>severity</c> and <c>row_action</c>; kept as they came.</param>
public sealed record ExpectationConfiguration(string Type, JsonObject Kwargs, JsonObject Meta)
{
    public Severity Severity { get; init; } = Severity.Error;

    /// <summary>What becomes of failing rows; not given, they are rejected.</summary>
    public RowAction? Action { get; init; }

    /// <summary>Fields of the 1.x form that only Great Expectations uses: id, notes, description, rendered_content.</summary>
    public JsonObject Other { get; init; } = [];

    /// <summary>Set when severity or row action are none; reported as the expectation's exception.</summary>
    public Fault? Fault { get; init; }

    /// <summary>The column whose values are judged, null for expectations of pairs, several columns or the table.</summary>
    public string? Column => Kwargs["column"] is JsonValue value && value.TryGetValue(out string? name) ? name : null;
}

/// <summary>A named list of expectations.</summary>
public sealed record ExpectationSuite(string Name, IReadOnlyList<ExpectationConfiguration> Expectations)
{
    public JsonObject Meta { get; init; } = [];

    public SuiteForm Form { get; init; } = SuiteForm.One;

    /// <summary>Values for parameters that a run does not give (1.x: <c>suite_parameters</c>).</summary>
    public JsonObject Parameters { get; init; } = [];
}
