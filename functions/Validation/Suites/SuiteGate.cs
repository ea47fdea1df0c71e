using System.Collections.Concurrent;
using Tidemark.Platform.Tabular;
using Tidemark.Validation.Expectations;

namespace Tidemark.Validation.Suites;

/// <summary>
/// Judges rows one by one by those of a suite's expectations that need no other row and whose columns are there, and applies severities
/// and row actions. Info and warning let a row pass; error gives it the expectation's row action (reject when none is given); block
/// refuses all. Safe for concurrent use: runs, with their compiled patterns, are pooled.
/// </summary>
/// <remarks>
/// For streams: one gate a suite, <see cref="Judge"/> for each batch of a reader. Where <see cref="GateReport.Clean"/>, use the batch as it is: then
/// the cost is that of the rules, with no allocation per row. Else use <see cref="GateReport.Table"/>, which has the repaired values in place, leave out
/// the rows of <see cref="GateReport.Refused"/>, and use nothing at all when <see cref="GateReport.Blocked"/>. The report keeps cells of failing rows as
/// values and outlives the batch; its table is the batch's own columns where they were not repaired, and is as short-lived as they are.
/// Give the reader the kinds of the columns: otherwise one odd cell makes a text column of numbers, which rules of numbers cannot judge.
/// </remarks>
/// <param name="suite">The rules.</param>
/// <param name="mayLack">Columns that a table may lack, as JSON lines do whose rows all lack a key: they are then without values. Rules of other absent columns do not judge.</param>
public sealed class SuiteGate(ExpectationSuite suite, IReadOnlyCollection<string>? mayLack = null)
{
    private readonly RunOptions options = new() { Format = new ResultFormat(ResultDetail.BooleanOnly), MayLack = mayLack ?? [] };
    private readonly ConcurrentBag<SuiteRun> runs = [];

    public GateReport Judge(Table table)
    {
        SuiteRun run = runs.TryTake(out SuiteRun? pooled) ? pooled : new SuiteRun(suite, options);
        run.ObserveRows(table);
        GateReport report = Report(run, table);
        if (report.Faults.Count == 0)
            runs.Add(run);
        return report;
    }

    private static GateReport Report(SuiteRun run, Table table)
    {
        List<RowFinding>? findings = null;
        List<RuleFault>? faults = null;
        TableRepairs? repairs = null;
        RowActionKind[] dispositions = [];
        foreach (RowRule rule in run.RowRules)
        {
            if (!rule.Judged)
                continue;
            if (rule.Rows.Fault is { } fault)
                (faults ??= []).Add(new RuleFault(rule.Expectation, fault));
            else if (rule.Rows.Unexpected.Contains(true))
                Apply(rule, table, findings ??= [], dispositions = dispositions.Length > 0 ? dispositions : new RowActionKind[table.Rows], repairs ??= new(table));
        }

        return new GateReport(repairs?.Apply() ?? table, dispositions, findings?.OrderBy(finding => finding.Row).ToArray() ?? [], faults ?? [], run.Unusable);
    }

    private static void Apply(RowRule rule, Table table, List<RowFinding> findings, RowActionKind[] dispositions, TableRepairs repairs)
    {
        (ExpectationConfiguration expectation, RowMap rows) = (rule.Expectation, rule.Rows);
        RowAction action = ActionOf(expectation);
        for (int row = rows.Unexpected.IndexOf(true); row >= 0; row = NextFailure(rows.Unexpected, row))
        {
            RowActionKind outcome = repairs.Try(action, rows, row) ? RowActionKind.Pass : action.Kind is RowActionKind.Impute or RowActionKind.Clip ? RowActionKind.Reject : action.Kind;
            findings.Add(new RowFinding(row, expectation, outcome, rows.Names.Select(name => table.Find(name)?.Cell(row)).ToArray()));
            dispositions[row] = outcome > dispositions[row] ? outcome : dispositions[row];
        }
    }

    private static RowAction ActionOf(ExpectationConfiguration expectation) => expectation.Severity switch
    {
        < Severity.Error => new RowAction(RowActionKind.Pass),
        Severity.Block => new RowAction(RowActionKind.Reject),
        _ => expectation.Action ?? new RowAction(RowActionKind.Reject),
    };

    private static int NextFailure(ReadOnlySpan<bool> unexpected, int row)
    {
        int step = unexpected[(row + 1)..].IndexOf(true);
        return step < 0 ? -1 : row + 1 + step;
    }
}
