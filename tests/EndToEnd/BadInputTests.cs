using System.Text;
using System.Text.Json.Nodes;
using Microsoft.ML.OnnxRuntime.Tensors;
using Tidemark.Tests.Platform.Inference;
using Xunit;

namespace Tidemark.Tests.EndToEnd;

/// <summary>What arrives wrong is answered with the field, the value and the remedy, and the process goes on answering.</summary>
[Collection(SuiteTests.Name)]
public sealed class BadInputTests(SuiteFixture running)
{
    private const string Infer = "v2/models/heart/infer", Invocations = "models/heart/invocations";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Name of the case, path, body, status, words that the answer must hold.</summary>
    public static TheoryData<string, string, string, int, string[]> Requests => new()
    {
        { "malformed JSON", Infer, "{\"inputs\": [{\"name\": \"age\",]}", 400, ["body", "JSON"] },
        { "no JSON at all", Infer, "age=63", 400, ["body", "JSON"] },
        { "empty body", Infer, "", 400, ["body"] },
        { "wrong shape", Infer, Change(age => age["shape"] = new JsonArray(3, 2)), 400, ["inputs[0].shape", "[3,2]", "'age'", "[-1,1]"] },
        { "shape and data disagree", Infer, Change(age => age["data"] = new JsonArray(63, 67)), 400, ["inputs[0].data"] },
        { "rows of inputs disagree", Infer, Change(age => { age["shape"] = new JsonArray(2, 1); age["data"] = new JsonArray(63, 67); }), 400, ["shape[0]", "3", "2"] },
        { "wrong datatype", Infer, Change(age => age["datatype"] = "BYTES"), 400, ["inputs[0].datatype", "BYTES", "FP32"] },
        { "unknown datatype", Infer, Change(age => age["datatype"] = "FLOAT"), 400, ["inputs[0].datatype", "FLOAT", "FP32"] },
        { "text for a number", Infer, Change(age => age["data"] = new JsonArray(63, "old", 37)), 400, ["inputs[0].data", "old"] },
        { "NaN literal", Infer, Heart.InferBody.Replace("[63, 67, 37]", "[63, NaN, 37]", StringComparison.Ordinal), 400, ["NaN"] },
        { "data nested 100 deep", Infer, Heart.InferBody.Replace("[63, 67, 37]", new string('[', 100) + "63" + new string(']', 100), StringComparison.Ordinal), 400, ["inputs[0].data", "[3,1]"] },
        { "nested 100 deep", Infer, $"{{\"parameters\": {new string('[', 100) + new string(']', 100)}}}", 400, ["body", "depth"] },
        { "table nested 100 deep", Invocations, $"{{\"dataframe_records\": {new string('[', 100) + new string(']', 100)}}}", 400, ["dataframe_records"] },
        { "missing input", Infer, Change(age => age.Parent!.AsArray().Remove(age)), 400, ["inputs", "'age'", "FP32"] },
        { "unknown input", Infer, Change(age => age["name"] = "aeg"), 400, ["inputs[0].name", "aeg", "thal"] },
        { "missing column", Invocations, """{"dataframe_records": [{"age": 63, "sex": 1}]}""", 400, ["columns", "cp"] },
        { "table without rows", Invocations, """{"dataframe_records": []}""", 400, ["dataframe_records"] },
        { "row too short", Invocations, """{"dataframe_split": {"columns": ["age", "sex"], "data": [[63]]}}""", 400, ["dataframe_split.data[0]", "1", "2"] },
        { "NaN literal in a table", Invocations, Heart.RowsBody.Replace("[63,", "[NaN,", StringComparison.Ordinal), 400, ["NaN"] },
        { "oversize body", Infer, "[\"" + new string('x', 17 << 20) + "\"]", 413, ["16777216 bytes"] },
        { "unknown model", "v2/models/nobody/infer", Heart.InferBody, 404, ["'nobody'", "GET /api/models"] },
        { "unknown version", "v2/models/heart/versions/99/infer", Heart.InferBody, 404, ["'99'", "GET /api/models/heart"] },
        { "impossible name", "v2/models/Not_A_Name/infer", Heart.InferBody, 400, ["'Not_A_Name'", "lower-case letters"] },
        { "traversal in the model's name", "v2/models/..%2f..%2fsecrets/infer", Heart.InferBody, 400, ["model name", "lower-case letters"] },
        { "traversal in the version", "v2/models/heart/versions/..%2f1/infer", Heart.InferBody, 400, ["model version", "lower-case letters"] },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task Bad_request_is_refused_with_field_value_and_remedy(string name, string path, string body, int status, string[] words)
    {
        var uri = new Uri($"{running.Suite.Host.Address}{path}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var request = new HttpRequestMessage(HttpMethod.Post, uri) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

        await RefusedAsync(running.Http.SendAsync(request, Cancellation), name, status, words);
    }

    [Fact]
    public async Task Extra_column_is_ignored_with_a_warning()
    {
        var rows = JsonNode.Parse(Heart.RowsBody)!;
        rows["dataframe_split"]!["columns"]!.AsArray().Add("shoe_size");
        foreach (var row in rows["dataframe_split"]!["data"]!.AsArray()) row!.AsArray().Add(43);

        var answer = await running.Http.PostJsonAsync(Invocations, rows.ToJsonString()).JsonAsync();

        Assert.Equal(5, answer["predictions"]!.AsArray().Count);
        Assert.Contains("shoe_size", (string?)Assert.Single(answer["warnings"]!.AsArray()));
    }

    public static TheoryData<string, byte[], string[]> Files
    {
        get
        {
            byte[] random = new byte[4096];
            new Random(20261121).NextBytes(random);
            var x = new OnnxWriter().Input("x", TensorElementType.Float, -1, 3).Output("y", TensorElementType.Float, -1, 1);
            return new()
            {
                { "truncated", Heart.Model[..(Heart.Model.Length / 2)], ["not an ONNX model", "Export"] },
                { "random bytes", random, ["not an ONNX model", "Export"] },
                { "empty", [], ["0 bytes"] },
                { "external data", x.ExternalWeights("huge", 3, 1).Node("MatMul", ["x", "huge"], ["y"]).ToBytes(), ["'huge'", "save_as_external_data=False"] },
                {
                    "custom operator",
                    new OnnxWriter().Input("x", TensorElementType.Float, 1).Output("y", TensorElementType.Float, 1).Node("Sparkle", ["x"], ["y"], "com.example").ToBytes(),
                    ["'Sparkle'", "com.example", "standard operators"]
                },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Unservable_file_is_refused_with_the_reason_and_the_remedy(string name, byte[] file, string[] words)
    {
        await RefusedAsync(running.Http.RegisterAsync("unservable", file), name, 422, words);

        Assert.DoesNotContain((await running.Http.GetAsync("api/models", Cancellation).JsonAsync())["models"]!.AsArray(), m => (string?)m!["name"] == "unservable");
    }

    [Fact]
    public async Task Upload_larger_than_the_limit_is_refused()
    {
        using var body = new ByteArrayContent(new byte[(100 << 20) + 100_000]);
        body.Headers.ContentType = new("application/octet-stream");
        // As curl does with large bodies: sends the body only once the server has said that it wants it.
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/models/huge/versions") { Content = body, Headers = { ExpectContinue = true } };

        await RefusedAsync(running.Http.SendAsync(request, Cancellation), "oversize model", 413, ["104857600"]);
    }

    private async Task RefusedAsync(Task<HttpResponseMessage> call, string name, int status, string[] words)
    {
        using var reply = await call;
        string answer = await reply.Content.ReadAsStringAsync(Cancellation);
        Assert.True((int)reply.StatusCode == status, $"{name}: {(int)reply.StatusCode} instead of {status}: {answer}");
        string said = JsonNode.Parse(answer)!.AsObject() switch { var o => (string?)(o["error"] ?? o["message"] ?? o["detail"]) ?? "" };
        Assert.All(words, word => Assert.Contains(word, said));
        Assert.DoesNotContain("   at ", answer);

        await running.Http.InferAsync("heart").JsonAsync(); // and the process lives
    }

    private static string Change(Action<JsonObject> change)
    {
        var body = JsonNode.Parse(Heart.InferBody)!;
        change(body["inputs"]![0]!.AsObject());
        return body.ToJsonString();
    }
}
