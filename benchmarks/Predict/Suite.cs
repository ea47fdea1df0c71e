using System.Net.Http.Headers;

namespace Tidemark.Benchmarks.Predict;

/// <summary>Brings a model into the running suite the way a user does: registers a version, makes it champion, waits until it is ready.</summary>
internal static class Suite
{
    public static async Task ServeAsync(int port, Workload workload)
    {
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(60) };
        using var model = new ByteArrayContent(workload.Onnx) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        await SucceedAsync(client.PostAsync($"/api/models/{workload.Model}/versions", model));
    }

    private static async Task SucceedAsync(Task<HttpResponseMessage> sending)
    {
        using HttpResponseMessage response = await sending;
        if (!response.IsSuccessStatusCode)
            throw new BenchmarkException($"The suite answered {(int)response.StatusCode} to {response.RequestMessage!.RequestUri!.AbsolutePath}: {await response.Content.ReadAsStringAsync()}");
    }
}
