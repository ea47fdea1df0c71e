using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Tidemark.Tests.EndToEnd;

/// <summary>The suite's routes as a client calls them.</summary>
internal static class SuiteApi
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static Task<HttpResponseMessage> RegisterAsync(this HttpClient http, string model, byte[] file, string? version = null)
    {
        var content = new ByteArrayContent(file);
        content.Headers.ContentType = new("application/octet-stream");
        return http.PostAsync($"api/models/{model}/versions{(version is null ? "" : $"?version={version}")}", content, Cancellation);
    }

    public static Task<HttpResponseMessage> RegisterAsync(this HttpClient http, string model, byte[] file, byte[] metadata) => http.PostAsync(
        $"api/models/{model}/versions",
        new MultipartFormDataContent { { new ByteArrayContent(metadata), "metadata", "metadata.json" }, { new ByteArrayContent(file), "model", "model.onnx" } },
        Cancellation);

    /// <param name="seen">The ETag of the last answer; null: set the alias for the first time.</param>
    public static Task<HttpResponseMessage> PromoteAsync(this HttpClient http, string model, string version, EntityTagHeaderValue? seen)
    {
        var move = new HttpRequestMessage(HttpMethod.Put, $"api/models/{model}/aliases/champion") { Content = JsonContent.Create(new { version }) };
        if (seen is null) move.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
        else move.Headers.IfMatch.Add(seen);
        return http.SendAsync(move, Cancellation);
    }

    public static Task<HttpResponseMessage> PostJsonAsync(this HttpClient http, string path, string json) =>
        http.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"), Cancellation);

    public static Task<HttpResponseMessage> InferAsync(this HttpClient http, string model) => http.PostJsonAsync($"v2/models/{model}/infer", Heart.InferBody);

    public static async Task<JsonNode> JsonAsync(this Task<HttpResponseMessage> call, int status = 200)
    {
        using var reply = await call;
        string body = await reply.Content.ReadAsStringAsync(Cancellation);
        Assert.True((int)reply.StatusCode == status, $"{reply.RequestMessage!.Method} {reply.RequestMessage.RequestUri}: {(int)reply.StatusCode} instead of {status}: {body}");
        return JsonNode.Parse(body)!;
    }

    /// <summary>Registers the sample as the model's first version and makes it champion.</summary>
    public static async Task ServeHeartAsync(this HttpClient http, string model)
    {
        var manifest = await http.RegisterAsync(model, Heart.Model, Heart.Metadata).JsonAsync(201);
        await http.PromoteAsync(model, (string)manifest["version"]!, seen: null).JsonAsync();
    }
}
