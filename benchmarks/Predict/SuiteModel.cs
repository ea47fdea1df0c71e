using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Tidemark.Benchmarks.Predict;

/// <summary>Brings a model into the running suite the way a user does: registers a version and makes it champion.</summary>
internal static class SuiteModel
{
    public static Task ServeAsync(int port, Workload workload) => ServeAsync(port, workload.Model, workload.Onnx);

    public static async Task ServeAsync(int port, string name, byte[] onnx)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(60) };
        using var model = new ByteArrayContent(onnx) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        string registered = await SucceedAsync(client.PostAsync($"/api/models/{name}/versions", model));
        string version = JsonNode.Parse(registered)!["version"]!.GetValue<string>();

        using var move = new HttpRequestMessage(HttpMethod.Put, $"/api/models/{name}/aliases/champion") { Content = JsonContent.Create(new { version }) };
        move.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
        await SucceedAsync(client.SendAsync(move));
    }

    internal static async Task<string> SucceedAsync(Task<HttpResponseMessage> sending)
    {
        using HttpResponseMessage response = await sending;
        string body = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? body
            : throw new BenchmarkException($"The suite answered {(int)response.StatusCode} to {response.RequestMessage!.RequestUri!.AbsolutePath}: {body}");
    }
}
