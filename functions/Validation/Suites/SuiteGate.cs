using System.Collections.Concurrent;
using Tidemark.Platform.Tabular;
using Tidemark.Validation.Expectations;

namespace Tidemark.Validation.Suites;

/// <summary>One failure of one row.</summary>
/// <param name="Row">Its number in the table judged, from 0.</param>
/// <param name="Expectation">The rule.</param>
/// <param name="Cells">The values it is about, in the rule's order of columns.</param>
public sealed record RowFinding(int Row, ExpectationConfiguration Expectation, IReadOnlyList<object?> Cells)
{
    /// <summary>The rule and the value in one line.</summary>
    public string Reason
    {
        get
        {
            string cells = string.Join(", ", Cells.Select(cell => cell is null ? "nothing" : $"'{Short(PythonText.Of(cell))}'"));
            return $"{Expectation.Type} does not hold for {Expectation.Column ?? "the row"}: {cells}";
        }
    }

    private static string Short(string text) => text.Length <= 100 ? text : text[..100] + "…";
}

/// <summary>What the rows of a request or shard are to become.</summary>
/// <param name="Table">The rows, with imputed and clipped values in place.</param>
/// <param name="Dispositions">Per row what becomes of it; repaired rows pass.</param>
/// <param name="Findings">Every failure, also of rows that pass.</param>
/// <param name="Faults">Expectations that these rows made impossible to evaluate, such as a pattern that searched too long.</param>
/// <param name="Unusable">Expectations that are none, whatever the rows; they judge nothing.</param>
public sealed record GateReport(
    Table Table,
    IReadOnlyList<RowActionKind> Dispositions,
    IReadOnlyList<RowFinding> Findings,
    IReadOnlyList<(ExpectationConfiguration Expectation, Fault Fault)> Faults,
    IReadOnlyList<(ExpectationConfiguration Expectation, Fault Fault)> Unusable)
{
    /// <summary>A rule of severity block does not hold: nothing of this data may be used.</summary>
    public bool Blocked => Findings.Any(finding => finding.Expectation.Severity == Severity.Block)
        || Faults.Any(fault => fault.Expectation.Severity == Severity.Block);
}

/// <summary>
/// Judges rows one by one by those of a suite's expectations that need no other row and whose columns are there, and applies severities
/// and row actions. Info and warning let a row pass; error gives it the expectation's row action (reject when none is given); block
/// refuses all. Safe for concurrent use: runs, with their compiled patterns, are pooled.
/// </summary>
public sealed class SuiteGate(ExpectationSuite suite)
{
    private static readonly RunOptions Brief = new() { Format = new ResultFormat(ResultDetail.BooleanOnly) };
    private readonly ConcurrentBag<SuiteRun> runs = [];

    public GateReport Judge(Table table)
    {
        SuiteRun run = runs.TryTake(out SuiteRun? pooled) ? pooled : new SuiteRun(suite, Brief);
        IReadOnlyList<(ExpectationConfiguration Expectation, RowMap Rows)> judged = run.ObserveRows(table);
        var findings = new List<RowFinding>();
        var repairs = new TableRepairs(table);
        var dispositions = new RowActionKind[table.Rows];
        foreach ((ExpectationConfiguration expectation, RowMap rows) in judged.Where(item => item.Rows.Fault is null))
            Judge(expectation, rows, table, findings, dispositions, repairs);
        List<(ExpectationConfiguration, Fault)> faults = judged.Where(item => item.Rows.Fault is not null).Select(item => (item.Expectation, item.Rows.Fault!)).ToList();
        var report = new GateReport(repairs.Apply(), dispositions, findings.OrderBy(finding => finding.Row).ToList(), faults, run.Unusable.ToList());
        if (faults.Count == 0)
            runs.Add(run);
        return report;
    }

    private static void Judge(ExpectationConfiguration expectation, RowMap rows, Table table, List<RowFinding> findings, RowActionKind[] dispositions, TableRepairs repairs)
    {
        RowAction action = expectation.Severity < Severity.Error ? new RowAction(RowActionKind.Pass) : expectation.Action ?? new RowAction(RowActionKind.Reject);
        ReadOnlySpan<bool> unexpected = rows.Unexpected;
        for (int row = unexpected.IndexOf(true); row >= 0; row = NextFailure(rows.Unexpected, row))
        {
            findings.Add(new RowFinding(row, expectation, rows.Names.Select(name => table.Find(name)!.Cell(row)).ToList()));
            RowActionKind outcome = repairs.Try(action, rows, row) ? RowActionKind.Pass : action.Kind is RowActionKind.Impute or RowActionKind.Clip ? RowActionKind.Reject : action.Kind;
            dispositions[row] = outcome > dispositions[row] ? outcome : dispositions[row];
        }
    }

    private static int NextFailure(ReadOnlySpan<bool> unexpected, int row)
    {
        int step = unexpected[(row + 1)..].IndexOf(true);
        return step < 0 ? -1 : row + 1 + step;
    }
}
