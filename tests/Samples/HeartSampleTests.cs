using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Xunit;

namespace Tidemark.Tests.Samples;

/// <summary>The committed heart model answers in ONNX Runtime as scikit-learn did (samples/heart/expected.csv).</summary>
public sealed class HeartSampleTests : IDisposable
{
    private const double Tolerance = 1e-5;
    private static readonly string Folder = Path.Combine(Repository.Root, "samples", "heart");
    private readonly InferenceSession session = new(Path.Combine(Folder, "model.onnx"));

    public void Dispose() => session.Dispose();

    [Fact]
    public void Example_rows_get_the_probabilities_that_scikit_learn_gave()
    {
        double[] expected = Expected("rows.json");

        AssertClose(expected, Positive(Probabilities(ExampleRows())));
        Assert.Equal(5, expected.Length);
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(1, 100)]
    [InlineData(2, 100)]
    [InlineData(3, 3)]
    public void Unlabelled_files_get_the_probabilities_that_scikit_learn_gave(int number, int rows)
    {
        string name = $"heart-unlabeled-{number}.csv";
        Assert.SkipWhen(Repository.Data is null, "The folder of real data is absent (TIDEMARK_DATA or ../shared/data).");
        string[][] lines = [.. File.ReadLines(Path.Combine(Repository.Data, "heart", name)).Where(l => l.Length > 0).Select(l => l.Split(','))];
        double[] expected = Expected(name);

        AssertClose(expected, Positive(Probabilities(lines[0], lines[1..])));
        Assert.Equal(rows, expected.Length);
    }

    [Fact]
    public void Example_rows_in_both_protocols_are_the_same_rows()
    {
        using var body = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "infer.json")));
        (string[] header, string[][] rows) = ExampleRows();

        foreach (JsonElement tensor in body.RootElement.GetProperty("inputs").EnumerateArray())
        {
            string[] data = [.. tensor.GetProperty("data").EnumerateArray().Select(Text)];
            int column = Array.IndexOf(header, tensor.GetProperty("name").GetString());
            Assert.Equal(rows.Take(data.Length).Select(r => r[column]), data);
        }
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("-Infinity")]
    [InlineData("3.4E+38")]
    public void Awkward_numbers_and_unknown_words_still_get_a_probability(string number)
    {
        string[] header = [.. session.InputMetadata.Keys];
        string[] row = [.. header.Select(h => h == "thal" ? "no such word" : number)];

        float[] probabilities = Probabilities(header, [row]);

        Assert.All(probabilities, p => Assert.InRange(p, 0f, 1f));
        Assert.Equal(1f, probabilities.Sum(), 1e-6f);
    }

    [Fact]
    public void Model_names_its_class_labels_and_takes_one_raw_column_per_input()
    {
        Assert.Equal("""["0", "1"]""", session.ModelMetadata.CustomMetadataMap["class_labels"]);
        Assert.Equal(["label", "probabilities"], session.OutputMetadata.Keys);
        Assert.All(session.InputMetadata, i => Assert.Equal([-1, 1], i.Value.Dimensions));
        Assert.Equal(["thal"], session.InputMetadata.Where(i => i.Value.ElementDataType == TensorElementType.String).Select(i => i.Key));
    }

    private float[] Probabilities((string[] Header, string[][] Rows) table) => Probabilities(table.Header, table.Rows);

    /// <summary>Runs the rows, given as the text of their cells, and returns [rows, 2] probabilities in row order.</summary>
    private float[] Probabilities(string[] header, string[][] rows)
    {
        var columns = session.InputMetadata.Select(input =>
        {
            int column = Array.IndexOf(header, input.Key);
            string[] cells = [.. rows.Select(r => r[column])];
            return input.Value.ElementDataType == TensorElementType.String
                ? NamedOnnxValue.CreateFromTensor(input.Key, new DenseTensor<string>(cells, [cells.Length, 1]))
                : NamedOnnxValue.CreateFromTensor(input.Key, new DenseTensor<float>(Array.ConvertAll(cells, Number), [cells.Length, 1]));
        });
        using var outputs = session.Run([.. columns], ["probabilities"]);
        return [.. outputs[0].AsEnumerable<float>()];
    }

    private static float Number(string cell) => cell.Length == 0 ? float.NaN : float.Parse(cell, CultureInfo.InvariantCulture);

    private static double[] Positive(float[] probabilities) => [.. probabilities.Where((_, i) => i % 2 == 1).Select(p => (double)p)];

    private static (string[] Header, string[][] Rows) ExampleRows()
    {
        using var body = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "rows.json")));
        JsonElement split = body.RootElement.GetProperty("dataframe_split");
        return ([.. split.GetProperty("columns").EnumerateArray().Select(Text)],
            [.. split.GetProperty("data").EnumerateArray().Select(row => row.EnumerateArray().Select(Text).ToArray())]);
    }

    private static string Text(JsonElement cell) => cell.ValueKind == JsonValueKind.String ? cell.GetString()! : cell.ValueKind == JsonValueKind.Null ? "" : cell.GetRawText();

    internal static double[] Expected(string file) =>
        [.. File.ReadLines(Path.Combine(Folder, "expected.csv")).Skip(1).Select(l => l.Split(','))
            .Where(cells => cells[0] == file).Select(cells => double.Parse(cells[2], CultureInfo.InvariantCulture))];

    internal static void AssertClose(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int row = 0; row < expected.Length; row++)
            Assert.True(Math.Abs(expected[row] - actual[row]) < Tolerance, $"Row {row}: scikit-learn {expected[row]}, here {actual[row]}.");
    }
}
