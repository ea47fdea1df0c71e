using Tidemark.BatchScoring.Jobs;
using Tidemark.BatchScoring.Quarantine;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Json;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Readers;
using Tidemark.Prediction;
using Tidemark.Validation.Suites;

namespace Tidemark.BatchScoring.Scoring;

/// <summary>One attempt at a shard: rows are read, judged, scored and written, a batch at a time, into two rows of blocks.</summary>
internal sealed class ShardRun : IDisposable
{
    /// <value>Bytes of result that are handed on together: they stay in the processor's cache, and their buffer small.</value>
    private const int EnoughText = 16 << 10;

    private readonly JobContext context;
    private readonly ShardRow shard;
    private readonly FeatureTensors features;
    private readonly LoadedModel model;
    private readonly Exchange exchange;
    private readonly PredictedValues values;
    private readonly ResultWriter writer;
    private readonly QuarantineWriter aside;
    private readonly RowKey keys;
    private readonly RowSample sample;
    private readonly JsonBuffer text = new();
    private readonly List<Misfit> misfits = [];
    private int[] accepted = new int[1024];

    public ShardRun(JobContext context, ShardRow shard, LoadedModel model, BlockStager results, BlockStager quarantine, RowSample sample)
    {
        (this.context, this.shard, this.model, this.sample, Results) = (context, shard, model, sample, results);
        features = new FeatureTensors(model.Frame, model.Inputs);
        exchange = model.Rent();
        values = new PredictedValues(context.Plan.Outputs, model.Outputs, exchange.Slot);
        writer = new ResultWriter(context.Plan);
        aside = new QuarantineWriter(quarantine);
        keys = new RowKey(context.Plan);
        Summary = ShardSummary.Empty(context.Plan.Outputs);
    }

    public BlockStager Results { get; }

    public ShardSummary Summary { get; }

    public long Scored { get; private set; }

    public long Quarantined => aside.Rows;

    /// <summary>Kinds of the columns that the model takes.</summary>
    public Dictionary<string, ColumnKind> Kinds => features.Kinds(context.Plan.Header);

    /// <summary>Takes what the reader has just read. A failure concerns the job as a whole.</summary>
    public async ValueTask<Failure?> TakeAsync(TableReader reader)
    {
        await SetAsideUnreadableAsync(reader);
        Failure? failure = Take(reader);
        aside.Flush();
        return failure;
    }

    private Failure? Take(TableReader reader)
    {
        foreach (ReadFault notice in reader.Notices)
            Summary.Notice(notice.Detail);
        int rows = reader.Batch.Rows;
        if (rows == 0)
            return null;
        if (accepted.Length < rows)
            accepted = new int[rows];
        Table table = reader.Batch;
        int count = rows;
        if (context.Gate is { } gate)
        {
            GateReport report = gate.Judge(table);
            if (report.Blocked)
                return Blocked(reader, report);
            (table, count) = (report.Table, Accept(reader, report));
        }
        else
        {
            for (int row = 0; row < rows; row++)
                accepted[row] = row;
        }

        return Score(reader, table, accepted.AsSpan(0, count));
    }

    /// <summary>Ends the summary.</summary>
    public void Finish()
    {
        foreach ((string rule, long rows) in aside.Reasons)
            Summary.Reasons[rule] = rows;
    }

    public void Dispose() => model.Return(exchange);

    private async ValueTask SetAsideUnreadableAsync(TableReader reader)
    {
        IReadOnlyList<ReadFault> faults = reader.Faults;
        for (int i = 0; i < faults.Count; i++)
        {
            ReadFault fault = faults[i];
            string reason = fault.Detail;
            while (i + 1 < faults.Count && faults[i + 1].Row == fault.Row)
                reason = $"{reason} {faults[++i].Detail}";
            string? key = await keys.OfTextAsync(fault.Text);
            aside.Add(shard.FirstRow + fault.Row, key, System.Text.Encoding.UTF8.GetBytes(fault.Text), new RowFault($"unreadable.{fault.Kind}", fault.Column, fault.Value, reason));
        }
    }

    /// <summary>Sets aside what the suite refuses; returns how many rows are left in <see cref="accepted"/>.</summary>
    private int Accept(TableReader reader, GateReport report)
    {
        int count = 0, refused = 0;
        IReadOnlyList<RefusedRow> refusals = report.Clean ? [] : report.Refused();
        for (int row = 0; row < reader.Batch.Rows; row++)
        {
            if (refused < refusals.Count && refusals[refused].Row == row)
                SetAside(reader, row, Fault(refusals[refused++]));
            else
                accepted[count++] = row;
        }

        foreach (RowFinding finding in report.Findings)
        {
            if (report.Accepts(finding.Row))
                Summary.Warn(finding.Expectation.Type);
        }

        foreach (RuleFault unusable in report.Unusable.Concat(report.Faults))
            Summary.Notice($"{unusable.Expectation.Type} could not be evaluated: {unusable.Fault.Message}");
        return count;
    }

    private static RowFault Fault(RefusedRow row) =>
        new(row.Rule, row.Column, row.Value, row.Reason, row.Becomes == RowActionKind.Reject ? "reject" : "quarantine");

    private Failure Blocked(TableReader reader, GateReport report)
    {
        RowFinding? finding = report.Findings.FirstOrDefault(f => f.Expectation.Severity == Severity.Block);
        string why = finding is not null
            ? $"row {Number(reader, finding.Row)}: {finding.Reason}"
            : report.Faults.First(f => f.Expectation.Severity == Severity.Block).Fault.Message;
        return new Failure(
            FailureKind.Unprocessable, "A blocking rule does not hold",
            $"The suite {context.Plan.Suite} forbids to use any of the file: {why}. Correct the file and drop it again, or change the rule's severity.");
    }

    /// <summary>Scores rows of the table. Rows that the model refuses are found by halving.</summary>
    private Failure? Score(TableReader reader, Table table, Span<int> rows)
    {
        rows = Fit(reader, table, rows);
        if (rows.IsEmpty)
            return null;
        if (exchange.Slot.Run(rows.Length) is { } refused)
        {
            if (rows.Length == 1)
            {
                SetAside(reader, rows[0], new RowFault("model.refused", null, null, refused.Detail));
                return null;
            }

            int half = rows.Length / 2;
            return Score(reader, table, rows[..half]) ?? Score(reader, table, rows[half..]);
        }

        if (values.Take(rows.Length) is { } misshapen)
            return misshapen;
        Write(reader, rows);
        sample.Take(reader, features, table, rows, values, keys);
        return null;
    }

    /// <summary>Fills the model's inputs, without the rows that do not fit, which are set aside; returns the others.</summary>
    private Span<int> Fit(TableReader reader, Table table, Span<int> rows)
    {
        if (rows.IsEmpty)
            return rows;
        misfits.Clear();
        features.Fill(table, rows, exchange.Slot.Inputs, misfits);
        if (misfits.Count == 0)
            return rows;
        var unfit = misfits.GroupBy(misfit => misfit.Row).ToDictionary(row => row.Key, row => row.First());
        int count = 0;
        foreach (int row in rows)
        {
            if (unfit.TryGetValue(row, out Misfit misfit))
                SetAside(reader, row, new RowFault("model.input", misfit.Column, Convert.ToString(table.Find(misfit.Column)?.Cell(row), System.Globalization.CultureInfo.InvariantCulture), misfit.Detail));
            else
                rows[count++] = row;
        }

        rows = rows[..count];
        misfits.Clear();
        if (count > 0)
            features.Fill(table, rows, exchange.Slot.Inputs, misfits);
        return rows;
    }

    private void Write(TableReader reader, ReadOnlySpan<int> rows)
    {
        int fit = 0; // rows from here on are not yet in the summary
        for (int i = 0; i < rows.Length; i++)
        {
            if (values.NotFinite(i) is { } column)
            {
                Count(fit, i);
                fit = i + 1;
                SetAside(reader, rows[i], new RowFault("model.not_finite", column, null, $"The model's prediction '{column}' is not a number or infinite: look at the row's values, and at the model."));
                continue;
            }

            writer.Write(text, Number(reader, rows[i]), reader, rows[i], values, i);
            if (text.Written.Length >= EnoughText)
                HandOn();
        }

        Count(fit, rows.Length);
        HandOn();
    }

    private void HandOn()
    {
        Results.Append(text.Written);
        text.Clear(keep: 2 * EnoughText);
    }

    /// <summary>Counts rows that were written, from one place among those predicted to another.</summary>
    private void Count(int from, int to)
    {
        Summary.Observe(values, from, to - from);
        Scored += to - from;
    }

    private void SetAside(TableReader reader, int row, RowFault fault) => aside.Add(Number(reader, row), keys.Of(reader, row), reader.RowText(row), fault);

    private long Number(TableReader reader, int row) => shard.FirstRow + reader.Batch.FirstRow + row;
}
