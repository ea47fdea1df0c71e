using System.Net;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Platform.Storage;
using Tidemark.Tests.Embedded;
using Tidemark.Validation.Docs;
using Tidemark.Validation.Schemas;
using Tidemark.Validation.Sources;
using Xunit;

namespace Tidemark.Tests.Validation.Schemas;

/// <summary>Schemas and anomalies over HTTP, with rows in the request and in blobs.</summary>
public sealed class SchemaFunctionsTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private RunningHost host = null!;
    private BlobServiceClient blobs = null!;

    public async ValueTask InitializeAsync()
    {
        blobs = new BlobServiceClient(azurite.ConnectionString, StorageClients.BlobOptions());
        host = await RunningHost.StartAsync(
            [typeof(SchemaFunctions), typeof(DataDocsFunction)],
            builder => builder.Services.AddSingleton(blobs).AddSingleton<DataSource>().AddSingleton<SchemaRequests>(),
            """{"version":"2.0","extensions":{"http":{"routePrefix":""}}}""");
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Infers_schema_suite_and_profile_from_rows_columns_and_CSV()
    {
        string[] bodies =
        [
            """{"rows": [{"age": 30, "city": "Bern"}, {"age": 41, "city": "Bern"}, {"age": 30, "city": "Basel"}, {"age": null, "city": "Basel"}], "label": "city"}""",
            """{"columns": {"age": [30, 41, 30, null], "city": ["Bern", "Bern", "Basel", "Basel"]}, "label": "city"}""",
        ];
        foreach (string body in bodies)
        {
            JsonElement answer = await PostAsync("api/schemas/infer", body);
            JsonElement city = answer.GetProperty("schema").GetProperty("features")[1];
            Assert.Equal(["Basel", "Bern"], city.GetProperty("domain").EnumerateArray().Select(v => v.GetString()!));
            Assert.Equal("SERVING", city.GetProperty("notIn")[0].GetString());
            Assert.Equal(1, answer.GetProperty("profile").GetProperty("columns")[0].GetProperty("missing").GetInt64());
            Assert.Contains(answer.GetProperty("suite").GetProperty("expectations").EnumerateArray(), e => e.GetProperty("type").GetString() == "expect_column_values_to_be_in_set");
        }
        JsonElement csv = await PostAsync("api/schemas/infer", "age,city\n30,Bern\n41,Bern\n30,Basel\n,Basel\n", "text/csv; charset=utf-8");
        Assert.Equal("Integer", csv.GetProperty("schema").GetProperty("features")[0].GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Reports_anomalies_of_a_blob_against_a_reference_or_an_edited_schema()
    {
        string folder = $"schemas-{Guid.NewGuid():N}";
        await UploadAsync($"{folder}/good.csv", "age,city\n30,Bern\n41,Bern\n30,Basel\n33,Basel\n");
        await UploadAsync($"{folder}/bad.jsonl", """{"age": 300, "town": "Genf"}""");
        string data = $$"""{"blob": "datasets/{{folder}}/bad.jsonl"}""";

        JsonElement answer = await PostAsync("api/anomalies", $$"""{"reference": {"blob": "datasets/{{folder}}/good.csv"}, "data": {{data}}, "environment": "TRAINING"}""");

        Assert.False(answer.GetProperty("success").GetBoolean());
        string[] types = [.. answer.GetProperty("anomalies").EnumerateArray().Select(a => a.GetProperty("type").GetString()!)];
        Assert.Empty(new[] { "INT_TYPE_BIG_INT", "SCHEMA_MISSING_COLUMN", "SCHEMA_NEW_COLUMN" }.Except(types));
        JsonElement schema = (await PostAsync("api/schemas/infer", data)).GetProperty("schema");
        Assert.True((await PostAsync("api/anomalies", $$"""{"schema": {{schema.GetRawText()}}, "data": {{data}}}""")).GetProperty("success").GetBoolean());
    }

    [Theory]
    [InlineData("{", 400)]
    [InlineData("[]", 400)]
    [InlineData("{}", 400)]
    [InlineData("""{"rows": [{"a": 1}], "columns": {}}""", 400)]
    [InlineData("""{"rows": 7}""", 400)]
    [InlineData("""{"rows": [{"a": 1}], "maxDomain": "x"}""", 400)]
    [InlineData("""{"rows": [{"a": 1}], "distance": 7}""", 400)]
    [InlineData("""{"blob": "models/secret.csv"}""", 400)]
    [InlineData("""{"blob": "datasets/../models/x.csv"}""", 400)]
    [InlineData("""{"blob": "datasets/x.parquet"}""", 415)]
    [InlineData("""{"blob": "datasets/no-such-thing.csv"}""", 404)]
    public async Task Refuses_a_request_that_it_cannot_use(string body, int status)
    {
        await blobs.GetBlobContainerClient("datasets").CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        JsonElement problem = await PostAsync("api/schemas/infer", body, status: (HttpStatusCode)status);

        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
    }

    [Theory]
    [InlineData("""{"data": {"rows": [{"a": 1}]}}""")]
    [InlineData("""{"reference": {"rows": [{"a": 1}]}}""")]
    [InlineData("""{"reference": {"rows": [{"a": 1}]}, "schema": {"features": []}, "data": {"rows": [{"a": 1}]}}""")]
    [InlineData("""{"schema": {"features": [{"naem": "a"}]}, "data": {"rows": [{"a": 1}]}}""")]
    [InlineData("""{"schema": {"features": []}, "data": {"rows": [{"a": 1}]}, "environment": "MOON"}""")]
    public async Task Refuses_a_comparison_that_it_cannot_make(string body) => await PostAsync("api/anomalies", body, status: HttpStatusCode.BadRequest);

    [Theory]
    [InlineData("a,a\n1,2\n", "Duplicate column")]
    [InlineData("", "Empty data")]
    public async Task A_sick_CSV_is_a_problem_document(string csv, string title) =>
        Assert.Equal(title, (await PostAsync("api/schemas/infer", csv, "text/csv", HttpStatusCode.BadRequest)).GetProperty("title").GetString());

    [Fact]
    public async Task A_validation_result_becomes_a_page()
    {
        const string result = """{"success": true, "suite_name": "ages", "results": [{"success": true, "expectation_config": {"type": "expect_column_to_exist", "kwargs": {"column": "age"}}, "result": {}}]}""";
        using var content = new StringContent($$$"""{"result": {{{result}}}, "data": {"rows": [{"age": 3}, {"age": 4}]}}""");
        HttpResponseMessage reply = await host.Http.PostAsync("api/validations/docs", content, TestContext.Current.CancellationToken);

        Assert.Equal("text/html", reply.Content.Headers.ContentType?.MediaType);
        Assert.Contains("1 of 1 expectations hold for 2 rows.", await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await PostAsync("api/validations/docs", """{"result": {"success": true}}""", status: HttpStatusCode.BadRequest);
        await PostAsync("api/validations/docs", $$$"""{"result": {{{result}}}, "data": {"rows": 7}}""", status: HttpStatusCode.BadRequest);
    }

    private async Task UploadAsync(string path, string text)
    {
        BlobContainerClient container = blobs.GetBlobContainerClient("datasets");
        await container.CreateIfNotExistsAsync(cancellationToken: TestContext.Current.CancellationToken);
        await container.UploadBlobAsync(path, BinaryData.FromString(text), TestContext.Current.CancellationToken);
    }

    private async Task<JsonElement> PostAsync(string route, string body, string type = "application/json", HttpStatusCode status = HttpStatusCode.OK)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        HttpResponseMessage reply = await host.Http.PostAsync(route, content, TestContext.Current.CancellationToken);
        string text = await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(status == reply.StatusCode, $"{reply.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }
}
