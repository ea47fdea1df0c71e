using System.Globalization;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using CsvHelper;
using Tidemark.Tests.EndToEnd;
using Xunit;

namespace Tidemark.Tests.Samples;

/// <summary>Real files, dropped into storage and scored by the running suite, come back with scikit-learn's figures.</summary>
[Collection(SuiteTests.Name)]
public sealed class BatchSamplesTests(SuiteFixture running)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 100)]
    [InlineData(1, 100)]
    [InlineData(2, 100)]
    [InlineData(3, 3)]
    public async Task Heart_file_comes_back_with_the_probabilities_that_scikit_learn_gave(int number, int rows)
    {
        Assert.SkipWhen(Repository.Data is null, "The folder of real data is absent (TIDEMARK_DATA or ../shared/data).");
        string name = $"heart-unlabeled-{number}.csv";

        var result = await ScoreAsync("heart", Path.Combine(Repository.Data, "heart", name), "probabilities.1");

        Assert.Equal(rows, result.Count);
        HeartSampleTests.AssertClose(HeartSampleTests.Expected(name), [.. result.Select(p => (double)p)]);
    }

    [Fact]
    public async Task Months_of_taxi_rides_come_back_with_the_fares_that_scikit_learn_gave()
    {
        Assert.SkipWhen(Repository.Data is null, "The folder of real data is absent (TIDEMARK_DATA or ../shared/data).");
        var registered = await running.Http.RegisterAsync("taxi", Taxi.Model, Taxi.Metadata).JsonAsync(201);
        await running.Http.PromoteAsync("taxi", (string)registered["version"]!, seen: null).JsonAsync();

        foreach (string month in Taxi.Months) Taxi.AssertFares(month, await ScoreAsync("taxi", Taxi.PathOf(month), "fare"));
    }

    /// <summary>Scores a file and returns a column of the result; no row may be missing or in quarantine.</summary>
    private async Task<List<float>> ScoreAsync(string model, string file, string column)
    {
        var blobs = new BlobServiceClient(running.Suite.Azurite.ConnectionString);
        await blobs.GetBlobContainerClient("incoming").GetBlobClient($"{model}/{Path.GetFileName(file)}").UploadAsync(file, overwrite: true, Stop);
        JsonNode job = await running.Http.PostJsonAsync("api/batches", $$"""{"blob":"incoming/{{model}}/{{Path.GetFileName(file)}}"}""").JsonAsync(202);
        await Eventually.TrueAsync(
            async () => (string?)(job = await running.Http.GetAsync($"api/batches/{job["id"]}", Stop).JsonAsync())["state"] is "Completed" or "CompletedWithFailures" or "Failed", "the job ends");
        Assert.Equal("Completed", (string?)job["state"]);
        Assert.Equal((0, (long)job["progress"]!["rows"]!), ((long)job["quarantined"]!, (long)job["scored"]!));

        await using var result = await blobs.GetBlobContainerClient("results").GetBlobClient($"{job["id"]}/predictions.csv").OpenReadAsync(cancellationToken: Stop);
        using var csv = new CsvReader(new StreamReader(result), CultureInfo.InvariantCulture);
        var values = new List<float>();
        csv.Read();
        csv.ReadHeader();
        for (int row = 0; csv.Read(); row++)
        {
            Assert.Equal(row, csv.GetField<int>("row"));
            values.Add(csv.GetField<float>(column));
        }
        return values;
    }
}
