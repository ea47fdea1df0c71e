using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.BatchScoring.Planning;
using Tidemark.Platform.Json;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Readers;

namespace Tidemark.BatchScoring.Scoring;

/// <summary>
/// Writes scored rows in the form of the input, CSV or JSON lines: the row's number, the columns kept, the predictions, the decision.
/// Nothing is allocated per row.
/// </summary>
internal sealed class ResultWriter
{
    private readonly BatchPlan plan;
    private readonly SearchValues<byte> quoted;
    private readonly int[] kept;
    private readonly byte[][] keptNames;
    private readonly byte[][][] outputNames;
    private readonly byte separator;

    public ResultWriter(BatchPlan plan)
    {
        this.plan = plan;
        separator = (byte)plan.Separator;
        quoted = SearchValues.Create([separator, (byte)'"', (byte)'\r', (byte)'\n']);
        kept = [.. plan.Kept.Select(name => plan.Header?.ToList().IndexOf(name) ?? 0)];
        keptNames = [.. plan.Kept.Select(Encoding.UTF8.GetBytes)];
        outputNames = [.. plan.Outputs.Outputs.Select(output => (byte[][])[.. output.Columns.Select(Field)])];
    }

    /// <summary>The header line of a CSV; nothing for JSON lines.</summary>
    public byte[] Header()
    {
        var line = new JsonBuffer();
        if (plan.Header is null)
            return [];
        line.Raw("row"u8);
        foreach (string name in plan.Kept.Concat(plan.Outputs.Columns))
        {
            line.Raw(separator);
            Cell(line, Encoding.UTF8.GetBytes(name));
        }

        line.Raw((byte)'\n');
        return line.Written.ToArray();
    }

    /// <summary>Adds one row.</summary>
    /// <param name="to">Where the text goes.</param>
    /// <param name="number">Number of the row in the file.</param>
    /// <param name="reader">Has the row as it was written.</param>
    /// <param name="row">Its place in the reader's batch.</param>
    /// <param name="values">The predictions.</param>
    /// <param name="scored">Its place among the rows predicted.</param>
    public void Write(JsonBuffer to, long number, TableReader reader, int row, PredictedValues values, int scored)
    {
        if (plan.Header is null)
            WriteLine(to, number, reader.Batch, row, values, scored);
        else
            WriteCsv(to, number, (CsvReader)reader, row, values, scored);
    }

    private void WriteCsv(JsonBuffer to, long number, CsvReader reader, int row, PredictedValues values, int scored)
    {
        to.Number(number);
        foreach (int column in kept)
        {
            to.Raw(separator);
            Cell(to, reader.Cell(row, column));
        }

        for (int output = 0; output < values.Outputs; output++)
        {
            int width = values.WidthOf(output);
            for (int element = scored * width; element < (scored + 1) * width; element++)
            {
                to.Raw(separator);
                if (values.TypeOf(output) == TensorElementType.String)
                    Cell(to, values.Text(output, element));
                else
                    values.WriteNumber(to, output, element);
            }
        }

        if (plan.Outputs.Score is not null)
        {
            to.Raw(separator);
            Cell(to, values.Decision(scored, plan.Request.Threshold));
        }

        to.Raw((byte)'\n');
    }

    private void WriteLine(JsonBuffer to, long number, Table table, int row, PredictedValues values, int scored)
    {
        to.Raw("{\"row\":"u8);
        to.Number(number);
        for (int i = 0; i < keptNames.Length; i++)
        {
            to.Raw((byte)',');
            to.Text(keptNames[i]);
            to.Raw((byte)':');
            JsonCells.Write(to, table.Find(plan.Kept[i]), row);
        }

        for (int output = 0; output < values.Outputs; output++)
        {
            int width = values.WidthOf(output);
            for (int place = 0; place < width; place++)
            {
                to.Raw(outputNames[output][place]);
                if (values.TypeOf(output) == TensorElementType.String)
                    to.Text(values.Text(output, (scored * width) + place));
                else
                    values.WriteNumber(to, output, (scored * width) + place);
            }
        }

        if (plan.Outputs.Score is not null)
        {
            to.Raw(",\"decision\":"u8);
            to.Text(values.Decision(scored, plan.Request.Threshold));
        }

        to.Raw("}\n"u8);
    }

    /// <summary>A cell of CSV, in quotes where it needs them; a formula as text where that is asked for.</summary>
    private void Cell(JsonBuffer to, ReadOnlySpan<byte> text)
    {
        bool formula = plan.Request.NeutraliseFormulas && IsFormula(text);
        if (!formula && !text.ContainsAny(quoted))
        {
            to.Raw(text);
            return;
        }

        to.Raw((byte)'"');
        if (formula)
            to.Raw((byte)'\'');
        for (int quote = text.IndexOf((byte)'"'); quote >= 0; quote = text.IndexOf((byte)'"'))
        {
            to.Raw(text[..(quote + 1)]);
            to.Raw((byte)'"');
            text = text[(quote + 1)..];
        }

        to.Raw(text);
        to.Raw((byte)'"');
    }

    /// <summary>What begins as spreadsheets' formulas do (OWASP: CSV injection), unless it is a number with a sign.</summary>
    private static bool IsFormula(ReadOnlySpan<byte> text) =>
        text is [(byte)'=' or (byte)'+' or (byte)'-' or (byte)'@' or (byte)'\t' or (byte)'\r', ..] && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static byte[] Field(string name)
    {
        var json = new JsonBuffer();
        json.Raw((byte)',');
        json.Text(name);
        json.Raw((byte)':');
        return json.Written.ToArray();
    }
}
