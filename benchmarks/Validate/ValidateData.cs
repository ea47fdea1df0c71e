using System.Globalization;
using System.Text.Json.Nodes;

namespace Tidemark.Benchmarks.Validate;

/// <summary>Rows from a seed, some of them wrong, and the 40 expectations that they are checked with.</summary>
internal static class ValidateData
{
    private const int Reals = 24;
    private static readonly string[] Cities = ["Basel", "Bern", "Genf", "Luzern", "Zug", "Zürich"];
    private static readonly string[] Plans = ["free", "basic", "plus", "pro"];

    /// <summary>id, age, visits, city, plan, mail and 24 reals: 30 columns.</summary>
    public static void WriteRows(string path, int rows)
    {
        var random = new Random(20261121);
        using var file = new StreamWriter(path, append: false, new System.Text.UTF8Encoding(false), 1 << 20);
        file.Write("id,age,visits,city,plan,mail");
        for (int i = 0; i < Reals; i++)
            file.Write($",f{i}");
        file.Write('\n');
        Span<char> number = stackalloc char[32];
        for (int row = 0; row < rows; row++)
        {
            string age = random.Next(100) == 0 ? "" : random.Next(18, 100).ToString(CultureInfo.InvariantCulture);
            string city = random.Next(5000) == 0 ? "Atlantis" : Cities[random.Next(Cities.Length)];
            file.Write(string.Create(CultureInfo.InvariantCulture, $"{row},{age},{random.Next(50)},{city},{Plans[random.Next(Plans.Length)]},user{row}{(random.Next(3000) == 0 ? '#' : '@')}example.org"));
            for (int i = 0; i < Reals; i++)
            {
                double value = (random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5) * 10;
                value.TryFormat(number, out int length, "F6", CultureInfo.InvariantCulture);
                file.Write(',');
                file.Write(number[..length]);
            }
            file.Write('\n');
        }
    }

    public static JsonObject Suite(int rows)
    {
        var expectations = new JsonArray();
        void Add(string type, JsonObject kwargs) => expectations.Add(new JsonObject { ["type"] = type, ["kwargs"] = kwargs });
        Add("expect_table_row_count_to_equal", new() { ["value"] = rows });
        Add("expect_table_column_count_to_equal", new() { ["value"] = 30 });
        Add("expect_column_values_to_be_unique", new() { ["column"] = "id" });
        Add("expect_column_values_to_not_be_null", new() { ["column"] = "age", ["mostly"] = 0.95 });
        Add("expect_column_values_to_be_between", new() { ["column"] = "age", ["min_value"] = 18, ["max_value"] = 95 });
        Add("expect_column_values_to_be_between", new() { ["column"] = "visits", ["min_value"] = 0, ["max_value"] = 49 });
        Add("expect_column_values_to_be_in_set", new() { ["column"] = "city", ["value_set"] = new JsonArray([.. Cities.Select(c => (JsonNode)c)]) });
        Add("expect_column_values_to_be_in_set", new() { ["column"] = "plan", ["value_set"] = new JsonArray([.. Plans.Select(c => (JsonNode)c)]) });
        Add("expect_column_values_to_match_regex", new() { ["column"] = "mail", ["regex"] = "^[a-z0-9]+@[a-z]+\\.org$" });
        Add("expect_column_value_lengths_to_be_between", new() { ["column"] = "mail", ["min_value"] = 5, ["max_value"] = 27 });
        for (int i = 0; i < Reals; i++)
            Add("expect_column_values_to_be_between", new() { ["column"] = $"f{i}", ["min_value"] = -14.5, ["max_value"] = 14.5 });
        for (int i = 0; i < 3; i++)
            Add("expect_column_mean_to_be_between", new() { ["column"] = $"f{i}", ["min_value"] = -0.1, ["max_value"] = 0.1 });
        Add("expect_column_stdev_to_be_between", new() { ["column"] = "f3", ["min_value"] = 4, ["max_value"] = 6 });
        Add("expect_column_max_to_be_between", new() { ["column"] = "f4", ["min_value"] = 10, ["max_value"] = 15 });
        Add("expect_column_min_to_be_between", new() { ["column"] = "f5", ["min_value"] = -15, ["max_value"] = -10 });
        return new JsonObject { ["name"] = "bench", ["expectations"] = expectations };
    }
}
