using Tidemark.Platform.Tabular;
using Tidemark.Validation.Expectations;

namespace Tidemark.Validation.Suites;

/// <summary>One failure of one row.</summary>
/// <param name="Row">Its number in the table judged, from 0; row <c>Table.FirstRow + Row</c> of the data.</param>
/// <param name="Expectation">The rule.</param>
/// <param name="Becomes">What this rule makes of the row: pass also where its value was repaired.</param>
/// <param name="Cells">The values it is about, in the rule's order of columns.</param>
public sealed record RowFinding(int Row, ExpectationConfiguration Expectation, RowActionKind Becomes, IReadOnlyList<object?> Cells)
{
    /// <summary>The values as a person reads them, each at most 100 characters; "nothing" where one is missing.</summary>
    public string Value => string.Join(", ", Cells.Select(cell => cell is null ? "nothing" : $"'{Short(PythonText.Of(cell))}'"));

    /// <summary>The rule and the value in one line.</summary>
    public string Reason => $"{Expectation.Type} does not hold for {Expectation.Column ?? "the row"}: {Value}";

    private static string Short(string text) => text.Length <= 100 ? text : text[..100] + "…";
}

/// <summary>An expectation that could not be evaluated, and why.</summary>
public sealed record RuleFault(ExpectationConfiguration Expectation, Fault Fault);

/// <summary>A row that is not to be used.</summary>
/// <param name="Row">Its number in the table judged, from 0.</param>
/// <param name="Becomes"><see cref="RowActionKind.Quarantine"/> or <see cref="RowActionKind.Reject"/>.</param>
/// <param name="Rule">The first rule that refuses it, in the suite's order.</param>
/// <param name="Column">The column that rule is about; null for a rule of several.</param>
/// <param name="Value">The value at fault, as a person reads it; null when the rule could not be evaluated.</param>
/// <param name="Reason">Everything that it is refused for, in one line.</param>
public sealed record RefusedRow(int Row, RowActionKind Becomes, string Rule, string? Column, string? Value, string Reason);

/// <summary>What the rows of a request or of a batch of a shard are to become.</summary>
/// <param name="Table">The rows, with imputed and clipped values in place: the table judged itself where nothing was repaired.</param>
/// <param name="Dispositions">Per row what becomes of it; repaired rows pass. Empty when every row passes without a word.</param>
/// <param name="Findings">Every failure, also of rows that pass, by row, then in the suite's order.</param>
/// <param name="Faults">Expectations that these rows made impossible to evaluate, such as a pattern that searched too long.</param>
/// <param name="Unusable">Expectations that are none, whatever the rows; they judge nothing.</param>
public sealed record GateReport(
    Table Table,
    IReadOnlyList<RowActionKind> Dispositions,
    IReadOnlyList<RowFinding> Findings,
    IReadOnlyList<RuleFault> Faults,
    IReadOnlyList<RuleFault> Unusable)
{
    /// <summary>Every row passes and there is nothing to say of any.</summary>
    public bool Clean => Findings.Count == 0 && Faults.Count == 0;

    /// <summary>Whether the row is to be used; look at <see cref="Blocked"/> and <see cref="Faults"/> too, which concern all rows.</summary>
    public bool Accepts(int row) => Dispositions.Count == 0 || Dispositions[row] < RowActionKind.Quarantine;

    /// <summary>A rule of severity block does not hold: nothing of this data may be used.</summary>
    public bool Blocked => Findings.Any(finding => finding.Expectation.Severity == Severity.Block)
        || Faults.Any(fault => fault.Expectation.Severity == Severity.Block);

    /// <summary>
    /// The rows not to be used, in order. A rule of severity error or block that could not be evaluated vouches for no row: then all are here.
    /// </summary>
    public IReadOnlyList<RefusedRow> Refused()
    {
        RuleFault? unjudged = Faults.FirstOrDefault(fault => fault.Expectation.Severity >= Severity.Error);
        if (unjudged is not null)
            return Enumerable.Range(0, Table.Rows).Select(row => Unjudged(row, unjudged)).ToList();
        return Findings
            .Where(finding => finding.Becomes >= RowActionKind.Quarantine)
            .GroupBy(finding => finding.Row)
            .Select(row => Refuse(Dispositions[row.Key], [.. row]))
            .ToList();
    }

    private static RefusedRow Refuse(RowActionKind becomes, RowFinding[] findings)
    {
        RowFinding first = findings[0];
        return new RefusedRow(first.Row, becomes, first.Expectation.Type, first.Expectation.Column, first.Value, string.Join("; ", findings.Select(finding => finding.Reason)));
    }

    private static RefusedRow Unjudged(int row, RuleFault fault)
    {
        string rule = fault.Expectation.Type;
        return new RefusedRow(row, RowActionKind.Quarantine, rule, fault.Expectation.Column, null, $"{rule} could not be evaluated: {fault.Fault.Message}");
    }
}
