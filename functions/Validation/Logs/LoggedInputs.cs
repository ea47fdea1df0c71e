using System.Text.Json.Nodes;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Validation.Suites;

namespace Tidemark.Validation.Logs;

/// <summary>
/// Holds what went into a model on a day to a suite. Columns are named as the model names them. The log leaves out missing values and holds a sample:
/// an input without any value is a column without values, and expectations of the table's shape, or of columns that are no inputs, such as the
/// label, are left out.
/// </summary>
public sealed class LoggedInputs(LogStore logs)
{
    /// <param name="day">Which rows.</param>
    /// <param name="suite">The rules.</param>
    /// <param name="inputs">Names of the model's inputs.</param>
    /// <param name="options">How to run.</param>
    /// <param name="profile">Sees the rows too; null for none.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async Task<ValidationResult> ValidateAsync(
        LogDay day, ExpectationSuite suite, IReadOnlyCollection<string> inputs, RunOptions options, Profile? profile, CancellationToken cancellation)
    {
        ExpectationSuite ofColumns = suite with { Expectations = suite.Expectations.Where(IsOfColumns).ToList() };
        var run = new SuiteRun(ofColumns, options with { MayLack = inputs, LeaveOutAbsent = true });
        long rows = 0, unreadable = 0;
        var range = new LogRange(day.Version.Model.ToString(), day.Version.Version.ToString(), day.Begin, day.End);
        await foreach (Table batch in logs.ReadAsync(range, (_, _) => unreadable++, cancellation))
        {
            Table table = Inputs(batch, rows);
            run.Observe(table);
            profile?.Observe(table);
            rows += batch.Rows;
        }

        ValidationResult result = run.Conclude();
        var about = new JsonObject { ["log"] = day.ToJson(), ["rows"] = rows, ["unreadable_files"] = unreadable, ["left_out"] = suite.Expectations.Count - result.Results.Count };
        return result with { Suite = suite, BatchKwargs = about };
    }

    private static bool IsOfColumns(ExpectationConfiguration expectation) =>
        !expectation.Type.StartsWith("expect_table_", StringComparison.OrdinalIgnoreCase) && !expectation.Type.Equals("expect_column_to_exist", StringComparison.OrdinalIgnoreCase);

    private static Table Inputs(Table batch, long firstRow)
    {
        Column[] columns = [.. batch.Columns.Where(column => column.Name.StartsWith(LogNames.Input, StringComparison.Ordinal))];
        return new Table(columns, [.. columns.Select(column => column.Name[LogNames.Input.Length..])]).Filled(batch.Rows, firstRow);
    }
}
