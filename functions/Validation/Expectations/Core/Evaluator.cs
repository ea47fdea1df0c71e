using System.Text.Json.Nodes;
using Tidemark.Platform.Tabular;

namespace Tidemark.Validation.Expectations;

/// <summary>What became of an expectation: the <c>success</c> and <c>result</c> of its validation result.</summary>
public sealed record Verdict(bool Success, JsonObject Result);

/// <summary>
/// One expectation at work on one data set: it sees each batch once, in order, and then concludes. The same evaluator serves a
/// request of one row, a table in memory and a stream of a million rows.
/// </summary>
public abstract class Evaluator
{
    /// <summary>Set once something makes an answer impossible; the rest of the data is then not looked at.</summary>
    public Fault? Fault { get; private set; }

    public void Observe(Batch batch)
    {
        if (Fault is null)
            Look(batch);
    }

    /// <summary>The verdict, or null when there is a <see cref="Fault"/>, which may come up only here.</summary>
    public Verdict? Conclude()
    {
        Verdict? verdict = Fault is null ? Decide() : null;
        return Fault is null ? verdict : null;
    }

    protected abstract void Look(Batch batch);

    protected abstract Verdict Decide();

    protected void Fail(Fault fault) => Fault ??= fault;

    /// <summary>The column of that name; notes the fault when the data has none.</summary>
    protected Column? Find(Batch batch, string name)
    {
        Column? column = batch.Table.Find(name);
        if (column is null)
            Fail(new Fault("InvalidMetricAccessorDomainKwargsKeyError", $"The column \"{name}\" does not exist in the data."));
        return column;
    }
}
