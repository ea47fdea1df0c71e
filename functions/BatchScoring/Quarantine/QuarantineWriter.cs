using System.Text;
using Tidemark.BatchScoring.Scoring;
using Tidemark.Platform.Json;

namespace Tidemark.BatchScoring.Quarantine;

/// <summary>Why a row is set aside.</summary>
/// <param name="Rule">The rule in one word, by which rows are counted: an expectation, <c>unreadable.…</c>, <c>model.…</c>.</param>
/// <param name="Column">The column at fault; null for the row as a whole.</param>
/// <param name="Value">The value at fault as a person reads it.</param>
/// <param name="Reason">What is wrong and what would help, in one line.</param>
/// <param name="Action"><c>quarantine</c>, or <c>reject</c> where the suite says so.</param>
internal sealed record RowFault(string Rule, string? Column, string? Value, string Reason, string Action = "quarantine");

/// <summary>
/// Writes rows that were set aside as JSON lines, one a row and as many as there are: <c>row</c>, <c>key</c>, <c>text</c> (as it stood in the
/// file), <c>rule</c>, <c>column</c>, <c>value</c>, <c>reason</c>, <c>action</c>.
/// </summary>
internal sealed class QuarantineWriter(BlockStager blocks)
{
    private readonly JsonBuffer line = new();
    private readonly List<(long Row, byte[] Line)> waiting = [];

    public long Rows { get; private set; }

    /// <summary>How many rows each rule set aside.</summary>
    public Dictionary<string, long> Reasons { get; } = new(StringComparer.Ordinal);

    public void Add(long row, string? key, ReadOnlySpan<byte> text, RowFault fault)
    {
        line.Clear(1 << 20);
        line.Raw("{\"row\":"u8);
        line.Number(row);
        Field(",\"key\":"u8, key);
        line.Raw(",\"text\":"u8);
        line.Text(text);
        Field(",\"rule\":"u8, fault.Rule);
        Field(",\"column\":"u8, fault.Column);
        Field(",\"value\":"u8, fault.Value);
        Field(",\"reason\":"u8, fault.Reason);
        Field(",\"action\":"u8, fault.Action);
        line.Raw("}\n"u8);
        waiting.Add((row, line.Written.ToArray()));
        Rows++;
        Reasons[fault.Rule] = Reasons.GetValueOrDefault(fault.Rule) + 1;
    }

    /// <summary>Puts the rows of a batch in order, whichever rule met them first, and hands them on.</summary>
    public void Flush()
    {
        waiting.Sort((a, b) => a.Row.CompareTo(b.Row));
        foreach ((_, byte[] written) in waiting)
            blocks.Append(written);
        waiting.Clear();
    }

    private void Field(ReadOnlySpan<byte> name, string? value)
    {
        line.Raw(name);
        if (value is null)
            line.Raw("null"u8);
        else
            line.Text(Encoding.UTF8.GetBytes(value));
    }
}
