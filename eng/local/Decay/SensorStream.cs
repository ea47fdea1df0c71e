using System.Text;
using System.Text.Json.Nodes;

namespace Tidemark.Local;

/// <summary>A reading of a machine, and whether it failed.</summary>
/// <param name="Values">In the order of <see cref="SensorStream.Columns"/>.</param>
internal readonly record struct SensorReading(double[] Values, bool Fails);

/// <summary>What the world is like.</summary>
internal enum SensorWorld
{
    /// <summary>As it was when the model was made.</summary>
    Lab,

    /// <summary>The gauge tells degrees Fahrenheit instead of Celsius.</summary>
    OtherUnit,

    /// <summary>New machines: those that run cool and steady are the ones that fail, still in degrees Fahrenheit.</summary>
    OtherRegime,
}

/// <summary>
/// Readings of machines: heat, vibration, load, and a number that means nothing. Whether a machine fails follows from these but for 7 % that are chance, so
/// that no model can be right more often than in 93 % of the cases. The same seed gives the same stream.
/// </summary>
internal sealed class SensorStream(int seed)
{
    private const double Chance = 0.07;

    private readonly Random random = new(seed);

    public static IReadOnlyList<string> Columns { get; } = ["heat", "vibration", "load", "noise"];

    public SensorReading Next(SensorWorld world)
    {
        double heat = Normal(), vibration = Normal(), load = random.NextDouble(), noise = Normal();
        double strain = (1.4 * heat) + vibration + (1.2 * (load - 0.5));
        bool fails = (world == SensorWorld.OtherRegime ? -strain : strain) > 0;
        if (random.NextDouble() < Chance) fails = !fails;
        double celsius = 60 + (12 * heat);
        return new([Round(world == SensorWorld.Lab ? celsius : (celsius * 1.8) + 32), Round(4 + vibration), Round(load), Round(noise)], fails);
    }

    public SensorReading[] Take(SensorWorld world, int count) => [.. Enumerable.Range(0, count).Select(_ => Next(world))];

    /// <summary>As a file to train on; <paramref name="label"/> says what is written of a reading.</summary>
    public static string Csv(IEnumerable<SensorReading> readings, Func<SensorReading, bool> label)
    {
        var text = new StringBuilder($"{string.Join(',', Columns)},fails\n");
        foreach (var reading in readings) text.Append(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{string.Join(',', reading.Values.Select(Text))},{Word(label(reading))}\n"));
        return text.ToString();
    }

    /// <summary>As a request to predict, in MLflow's form.</summary>
    public static JsonObject Split(IEnumerable<SensorReading> readings) => new()
    {
        ["dataframe_split"] = new JsonObject
        {
            ["columns"] = new JsonArray([.. Columns.Select(c => (JsonNode)c)]),
            ["data"] = new JsonArray([.. readings.Select(r => (JsonNode)new JsonArray([.. r.Values.Select(v => (JsonNode)v)]))]),
        },
    };

    public static string Word(bool fails) => fails ? "1" : "0";

    private static string Text(double value) => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    private static double Round(double value) => Math.Round(value, 3);

    // Box and Muller.
    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
