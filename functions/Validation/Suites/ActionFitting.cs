using Tidemark.Platform.Tabular;
using Tidemark.Validation.Expectations;

namespace Tidemark.Validation.Suites;

/// <summary>
/// Finds the mean or median that imputations put in, from training data and from nothing else: values that are missing or fail the
/// expectation do not count. The fitted suite names the training data, and an unfitted imputation repairs nothing.
/// </summary>
public static class ActionFitting
{
    public static ExpectationSuite Fit(ExpectationSuite suite, Table training, string trainedOn) => suite with
    {
        Expectations = suite.Expectations.Select(expectation => Fit(expectation, training, trainedOn)).ToList(),
    };

    private static ExpectationConfiguration Fit(ExpectationConfiguration expectation, Table training, string trainedOn)
    {
        if (expectation.Action is not { Kind: RowActionKind.Impute, With: "mean" or "median" } action || expectation.Column is not { } name)
            return expectation;
        double[] values = Good(expectation, training, name);
        if (values.Length == 0)
            return expectation;
        Array.Sort(values);
        double value = action.With == "mean" ? Moments.Mean(values) : (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
        RowAction fitted = action with { Value = value, FittedOn = trainedOn };
        var meta = expectation.Meta.DeepClone().AsObject();
        meta["row_action"] = fitted.ToJson();
        return expectation with { Action = fitted, Meta = meta };
    }

    private static double[] Good(ExpectationConfiguration expectation, Table training, string name)
    {
        var run = new SuiteRun(new ExpectationSuite("fit", [expectation]), new RunOptions { Format = new ResultFormat(ResultDetail.BooleanOnly) });
        run.ObserveRows(training);
        RowMap? rows = run.RowRules.FirstOrDefault(rule => rule.Judged && rule.Rows.Fault is null)?.Rows;
        Column? column = training.Find(name);
        var good = new List<double>();
        for (int row = 0; rows is not null && column is not null && row < training.Rows; row++)
        {
            if (!rows.Unexpected[row] && Values.Number(column.Cell(row)) is { } number && double.IsFinite(number))
                good.Add(number);
        }

        return good.ToArray();
    }
}
