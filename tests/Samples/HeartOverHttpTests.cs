using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Tidemark.Tests.EndToEnd;
using Xunit;

namespace Tidemark.Tests.Samples;

/// <summary>The suite, called over HTTP with named columns, answers for the heart model as scikit-learn did (samples/heart/expected.csv).</summary>
[Collection(SuiteTests.Name)]
public sealed class HeartOverHttpTests(SuiteFixture running)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 100)]
    [InlineData(1, 100)]
    [InlineData(2, 100)]
    [InlineData(3, 3)]
    public async Task Unlabelled_files_get_the_probabilities_that_scikit_learn_gave(int number, int rows)
    {
        string name = $"heart-unlabeled-{number}.csv";
        Assert.SkipWhen(Repository.Data is null, "The folder of real data is absent (TIDEMARK_DATA or ../shared/data).");
        string[][] lines = [.. File.ReadLines(Path.Combine(Repository.Data, "heart", name)).Where(l => l.Length > 0).Select(l => l.Split(','))];
        var body = new { dataframe_split = new { columns = lines[0], data = lines[1..].Select(row => row.Select(Cell)) } };

        using HttpResponseMessage reply = await running.Http.PostAsJsonAsync("models/heart/invocations", body, Cancellation);
        string text = await reply.Content.ReadAsStringAsync(Cancellation);
        Assert.True(reply.IsSuccessStatusCode, text);
        double[] actual = [.. JsonNode.Parse(text)!["predictions"]!.AsArray().Select(p => (double)p!["probabilities"]![1]!)];

        double[] expected = HeartSampleTests.Expected(name);
        Assert.Equal(rows, expected.Length);
        HeartSampleTests.AssertClose(expected, actual);
    }

    /// <summary>A number as a number, anything else as text.</summary>
    private static object Cell(string cell) => double.TryParse(cell, CultureInfo.InvariantCulture, out double number) ? number : cell;
}
