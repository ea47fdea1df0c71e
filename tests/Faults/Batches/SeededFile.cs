using System.Globalization;
using System.Text;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Tests.Platform.Inference;

namespace Tidemark.Tests.Faults.Batches;

/// <summary>
/// A CSV from a seed with one column that no model takes, quoted line ends, and here and there a row that can't be scored; and what the model
/// <see cref="Model"/> makes of each row, calculated here: a + 2b - c, in numbers that a float holds exactly.
/// </summary>
internal sealed class SeededFile
{
    private static readonly string[] Notes = ["plain", "\"a, comma\"", "\"two\nlines\"", "\"say \"\"hi\"\"\"", "", "ünïcode"];

    public SeededFile(int seed, int rows)
    {
        var random = new Random(seed);
        var all = new StringBuilder("id,a,b,c,note\n");
        for (int i = 0; i < rows; i++)
        {
            double[] values = [random.Next(-4096, 4096) / 64.0, random.Next(-4096, 4096) / 64.0, random.Next(-4096, 4096) / 64.0];
            string[] cells = [$"r{i}", .. values.Select(v => v.ToString(CultureInfo.InvariantCulture)), Notes[random.Next(Notes.Length)]];
            bool fit = random.Next(50) > 0;
            string text = string.Join(',', fit ? cells : Spoil(cells, random.Next(5)));
            Rows.Add(new(i.ToString(CultureInfo.InvariantCulture), text, fit ? values[0] + (2 * values[1]) - values[2] : null));
            all.Append(text).Append('\n');
        }
        Bytes = Encoding.UTF8.GetBytes(all.ToString());
    }

    /// <summary>Keyed by the number of the row, as the result is.</summary>
    public List<InputRow> Rows { get; } = [];

    public byte[] Bytes { get; }

    /// <summary>Takes the columns a, b and c.</summary>
    public static byte[] Model { get; } = new OnnxWriter()
        .Input("a", TensorElementType.Float, -1, 1)
        .Input("b", TensorElementType.Float, -1, 1)
        .Input("c", TensorElementType.Float, -1, 1)
        .Output("score", TensorElementType.Float, -1, 1)
        .Node("Add", ["b", "b"], ["twice"])
        .Node("Add", ["a", "twice"], ["sum"])
        .Node("Sub", ["sum", "c"], ["score"])
        .ToBytes();

    /// <summary>A row too short or too long, a word for a number, a number that a float can't hold, a missing number (NaN comes out).</summary>
    private static string[] Spoil(string[] cells, int how) => how switch
    {
        0 => cells[..3],
        1 => [.. cells, "one more"],
        2 => [cells[0], "twelve", .. cells[2..]],
        3 => [.. cells[..2], "1e60", .. cells[3..]],
        _ => [.. cells[..3], "", cells[4]],
    };
}
