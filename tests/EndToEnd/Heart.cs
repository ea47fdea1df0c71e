using System.Globalization;
using System.Text;

namespace Tidemark.Tests.EndToEnd;

/// <summary>The sample model and its rows, as bytes on the wire.</summary>
internal static class Heart
{
    public static byte[] Model { get; } = File.ReadAllBytes(PathOf("model.onnx"));

    public static byte[] Metadata { get; } = File.ReadAllBytes(PathOf("metadata.json"));

    public static string InferBody { get; } = File.ReadAllText(PathOf("infer.json"));

    public static string RowsBody { get; } = File.ReadAllText(PathOf("rows.json"));

    /// <summary>scikit-learn's probabilities of the rows in <see cref="RowsBody"/>.</summary>
    public static double[] Expected { get; } =
    [
        .. File.ReadLines(PathOf("expected.csv")).Select(l => l.Split(',')).Where(c => c[0] == "rows.json").Select(c => double.Parse(c[2], CultureInfo.InvariantCulture)),
    ];

    /// <summary>Another file that answers alike: the model with one more entry of metadata (field 14 of ONNX's ModelProto).</summary>
    public static byte[] Variant(string mark)
    {
        byte[] key = Encoding.UTF8.GetBytes("mark"), value = Encoding.UTF8.GetBytes(mark);
        byte[] entry = [0x0A, (byte)key.Length, .. key, 0x12, (byte)value.Length, .. value];
        return [.. Model, 0x72, (byte)entry.Length, .. entry];
    }

    private static string PathOf(string name) => Path.Combine(Repository.Root, "samples/heart", name);
}
