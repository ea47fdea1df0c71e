using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Tidemark.Retraining.Data;

namespace Tidemark.Tests.Training;

/// <summary>Rows with gaps, categories, and an answer that can be learned from them.</summary>
internal static class TrainingData
{
    public static readonly string[] Regions = ["north", "south", "3", "west, far"];

    /// <summary>Two numbers with gaps, a category with gaps, a number without meaning; label of two or three classes, or a number.</summary>
    public static string Csv(int rows, string task, ulong seed = 1)
    {
        var text = new StringBuilder("amount,age,region,noise,when,who,label\n");
        for (int row = 0; row < rows; row++)
        {
            double Draw(ulong k) => SplitMix.Mix(seed, (ulong)row, k) / Math.Pow(2, 64);
            double amount = Math.Exp(3 * Draw(1)), age = 20 + Math.Floor(60 * Draw(2)), noise = Draw(3) - 0.5;
            int region = (int)(4 * Draw(4));
            double signal = (0.25 * (amount - 6)) + (age > 50 ? 1 : -1) + (region == 1 ? 1.5 : 0) + (2 * (Draw(5) - 0.5));
            string label = task switch
            {
                "binary" => signal > 0 ? "yes" : "no",
                "multiclass" => signal > 1 ? "high" : signal > -0.5 ? "middle" : "low",
                _ => signal.ToString("R", CultureInfo.InvariantCulture),
            };
            string Gap(ulong k, string cell) => Draw(k) < 0.08 ? "" : cell;
            string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
            string place = region == 3 ? "\"west, far\"" : Regions[region];
            text.Append(CultureInfo.InvariantCulture, $"{Gap(6, Text(amount))},{Gap(7, Text(age))},{Gap(8, place)},{Text(noise)},{row / 3},u{row % 400},{label}\n");
        }

        return text.ToString();
    }

    public static JsonObject Spec(string task, string split = "stratified", int trials = 1) => new()
    {
        ["task"] = task,
        ["label"] = new JsonObject { ["column"] = "label" },
        ["features"] = new JsonArray(Feature("amount", "numeric"), Feature("age", "numeric"), Feature("region", "categorical"), Feature("noise", "numeric")),
        ["split"] = split switch
        {
            "time" => new JsonObject { ["kind"] = "time", ["column"] = "when" },
            "key" => new JsonObject { ["kind"] = "key", ["column"] = "who" },
            _ => new JsonObject { ["kind"] = "stratified" },
        },
        ["seed"] = 5,
        ["budget"] = new JsonObject { ["seconds"] = 300, ["trials"] = trials },
    };

    public static JsonNode Feature(string name, string type) => new JsonObject { ["name"] = name, ["type"] = type };
}
