using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Platform.Tabular;
using Tidemark.Validation.Expectations;

namespace Tidemark.Validation.Suites;

/// <summary>How a suite is run on data.</summary>
public sealed record RunOptions
{
    /// <value>How much each result tells, unless its expectation says otherwise. Default: SUMMARY.</value>
    public ResultFormat Format { get; init; } = ResultFormat.Default;

    /// <value>Values of the suite's parameters. Default: none.</value>
    public JsonObject Parameters { get; init; } = [];

    /// <value>Whether each result carries exception_info. Default: yes. A fault never throws, either way.</value>
    public bool CatchExceptions { get; init; } = true;

    /// <value>What identifies the data in the result's meta. Default: nothing.</value>
    public JsonObject BatchKwargs { get; init; } = [];

    /// <value>Columns that the data may lack; they are then without values. Default: none, an expectation of a column that is not there fails with a fault.</value>
    public IReadOnlyCollection<string> MayLack { get; init; } = [];

    /// <value>Whether expectations of columns that the data lacks, and may not lack, are left out instead. Default: no.</value>
    public bool LeaveOutAbsent { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Whether a result's numbers can be true; those that can't become an InvalidCacheValueError, as in Great Expectations.</summary>
    internal Func<JsonObject, bool> Plausible { get; init; } = SuiteRun.IsPlausible;
}

/// <summary>
/// One pass of a suite over data: <see cref="Observe"/> each batch in order, then <see cref="Conclude()"/>. Results come in Great
/// Expectations' order: by the column's first appearance in the suite, those without a column together.
/// </summary>
public sealed class SuiteRun
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly ExpectationSuite suite;
    private readonly RunOptions options;
    private readonly Batch batch = new();
    private readonly List<Item> items;
    private readonly RowRule[] rowRules;

    public SuiteRun(ExpectationSuite suite, RunOptions? options = null)
    {
        (this.suite, this.options) = (suite, options ?? new RunOptions());
        var values = new JsonObject(suite.Parameters.Concat(this.options.Parameters).GroupBy(p => p.Key).Select(p => KeyValuePair.Create(p.Key, p.Last().Value?.DeepClone())));
        var parameters = new SuiteParameters(values, this.options.Clock);
        items = suite.Expectations
            .GroupBy(expectation => expectation.Column)
            .SelectMany(column => column)
            .Select(expectation => Compile(expectation, parameters))
            .ToList();
        rowRules = items.Where(item => item.Evaluator is RowMap { IsRowwise: true }).Select(item => new RowRule(item.Expectation, (RowMap)item.Evaluator!)).ToArray();
        Unusable = items.Where(item => item.Fault is not null).Select(item => new RuleFault(item.Expectation, item.Fault!)).ToArray();
    }

    /// <summary>The expectations that judge a row by itself; what the last <see cref="ObserveRows"/> found stands in them.</summary>
    internal IReadOnlyList<RowRule> RowRules => rowRules;

    /// <summary>Expectations that are none: unknown, or with arguments that can't be used.</summary>
    internal IReadOnlyList<RuleFault> Unusable { get; }

    /// <summary>
    /// Looks at a table with only those expectations that judge a row by itself and whose columns the table has, or may lack by
    /// <see cref="RunOptions.MayLack"/>.
    /// </summary>
    internal void ObserveRows(Table table)
    {
        batch.Table = table;
        foreach (RowRule rule in rowRules)
        {
            if (rule.Judged = rule.HasColumns(table, options.MayLack))
                rule.Rows.Observe(batch);
        }
    }

    public void Observe(Table table)
    {
        batch.Table = table;
        foreach (Item item in items)
            item.Evaluator?.Observe(batch);
    }

    public ValidationResult Conclude() => new(suite, items.Where(IsJudged).Select(Conclude).ToList())
    {
        Time = options.Clock.GetUtcNow(),
        Parameters = options.Parameters,
        BatchKwargs = options.BatchKwargs,
        CatchExceptions = options.CatchExceptions,
    };

    private bool IsJudged(Item item) => !options.LeaveOutAbsent || item.Evaluator?.Absent.Except(options.MayLack).Any() is not true;

    internal static bool IsPlausible(JsonObject result) =>
        InRange(result["unexpected_count"], double.PositiveInfinity) && InRange(result["missing_count"], double.PositiveInfinity)
        && InRange(result["unexpected_percent"], 100) && InRange(result["missing_percent"], 100);

    private static bool InRange(JsonNode? number, double most) => number is null || (Values.Number(number) is { } value && value >= 0 && value <= most);

    private Item Compile(ExpectationConfiguration expectation, SuiteParameters parameters)
    {
        Fault? fault = expectation.Fault;
        JsonObject kwargs = parameters.Resolve(expectation.Kwargs, ref fault);
        (ResultFormat format, Fault? wrong) = kwargs["result_format"] is { } own ? ResultFormat.Parse(own) : (options.Format, null);
        fault ??= wrong;
        Evaluator? evaluator = null;
        if (fault is null)
            (evaluator, fault) = ExpectationCatalog.Create(expectation.Type, kwargs, format);
        return new Item(expectation with { Kwargs = kwargs }, evaluator, fault);
    }

    private ExpectationResult Conclude(Item item)
    {
        Verdict? verdict = item.Evaluator?.Conclude(options.MayLack.Contains);
        Fault? fault = item.Fault ?? item.Evaluator?.Fault;
        if (verdict is { Result.Count: > 0 } && !options.Plausible(verdict.Result))
        {
            fault = new Fault("InvalidCacheValueError", $"The numbers of this result can't be true.\nResult: {verdict.Result.ToJsonString(Indented)}\n");
            verdict = null;
        }

        return new ExpectationResult(item.Expectation, verdict?.Success ?? false, verdict?.Result ?? [], fault);
    }

    private sealed record Item(ExpectationConfiguration Expectation, Evaluator? Evaluator, Fault? Fault);
}

/// <summary>An expectation that judges rows by themselves, at work.</summary>
internal sealed class RowRule(ExpectationConfiguration expectation, RowMap rows)
{
    public ExpectationConfiguration Expectation => expectation;

    /// <summary>The evaluator that tells which rows failed, or what made it impossible.</summary>
    public RowMap Rows => rows;

    /// <summary>Whether the last table had the columns, or may lack them.</summary>
    public bool Judged { get; set; }

    public bool HasColumns(Table table, IReadOnlyCollection<string> mayLack)
    {
        for (int i = 0; i < rows.Names.Count; i++)
        {
            if (table.Find(rows.Names[i]) is null && !mayLack.Contains(rows.Names[i]))
                return false;
        }

        return true;
    }
}
