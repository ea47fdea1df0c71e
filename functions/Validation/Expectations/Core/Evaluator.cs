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
    private readonly Dictionary<string, bool> met = new(StringComparer.Ordinal);

    /// <summary>Columns that are needed and that no batch had.</summary>
    public IEnumerable<string> Absent => met.Where(column => !column.Value).Select(column => column.Key);

    /// <summary>Set once something makes an answer impossible; the rest of the data is then not looked at.</summary>
    public Fault? Fault { get; private set; }

    public void Observe(Batch batch)
    {
        if (Fault is null)
            Look(batch);
    }

    /// <summary>The verdict, or null when there is a <see cref="Fault"/>, which may come up only here.</summary>
    /// <param name="mayLack">Whether a column of that name may be in no batch: it is then one without values. Null: none may.</param>
    public Verdict? Conclude(Func<string, bool>? mayLack = null)
    {
        if (Absent.FirstOrDefault(name => mayLack?.Invoke(name) != true) is { } absent)
            Fault = new Fault("InvalidMetricAccessorDomainKwargsKeyError", $"The column \"{absent}\" does not exist in the data.");
        Verdict? verdict = Fault is null ? Decide() : null;
        return Fault is null ? verdict : null;
    }

    protected abstract void Look(Batch batch);

    protected abstract Verdict Decide();

    protected void Fail(Fault fault) => Fault ??= fault;

    /// <summary>The column of that name; where the batch has none, one without values: a later batch may have it.</summary>
    protected Column Find(Batch batch, string name)
    {
        bool here = batch.Table.Find(name) is not null;
        if (!met.TryGetValue(name, out bool before) || here != before)
            met[name] = here || before;
        return batch.Find(name);
    }

    /// <summary>Marks the rows for which the condition holds; all when there is none.</summary>
    private protected void Select(RowCondition? condition, Batch batch, Span<bool> rows)
    {
        rows.Fill(true);
        if (condition is null)
            return;
        foreach (string name in condition.Names)
            Find(batch, name);
        condition.Select(batch, rows);
    }
}
