using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Tidemark.Local;

/// <summary>Calls of a suite's routes that a story needs.</summary>
internal sealed class SuiteCalls(HttpClient http)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Any call with a JSON body, or none; the JSON that it answers.</summary>
    /// <exception cref="SetupException">It answers an error.</exception>
    public async Task<JsonNode> CallAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellation, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var reply = await http.SendAsync(request, cancellation);
        string text = await reply.Content.ReadAsStringAsync(cancellation);
        return reply.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new SetupException($"{method} /{path} answered {(int)reply.StatusCode}: {text}");
    }

    /// <summary>Stores a document that has an ETag, whatever stood there.</summary>
    public async Task PutAsync(string path, JsonNode body, CancellationToken cancellation)
    {
        using var known = await http.GetAsync(path, cancellation);
        EntityTagHeaderValue? tag = known.IsSuccessStatusCode ? known.Headers.ETag : null;
        await CallAsync(HttpMethod.Put, path, body, cancellation, tag is null ? ("If-None-Match", "*") : ("If-Match", tag.ToString()));
    }

    /// <summary>
    /// Asks the model until the version answers that is champion: the one before goes on answering while the new one is being loaded. Returns that version.
    /// </summary>
    public async Task<string> ServedAsync(string model, JsonNode rows, CancellationToken cancellation)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            string champion = (string)(await CallAsync(HttpMethod.Get, $"api/models/{model}/aliases/champion", null, cancellation))["version"]!;
            using var reply = await http.PostAsync($"models/{model}/invocations", JsonContent.Create(rows), cancellation);
            string? answered = reply.Headers.TryGetValues("tidemark-model-version", out var values) ? values.FirstOrDefault() : null;
            if (answered == champion) return champion;
            if (TimeProvider.System.GetElapsedTime(start) > Patience) throw new SetupException($"Version {champion} of '{model}' is champion, yet version {answered} answers: {await reply.Content.ReadAsStringAsync(cancellation)}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellation);
        }
    }

    /// <summary>Asks again until the answer is as wanted.</summary>
    /// <exception cref="SetupException">It is not after two minutes.</exception>
    public async Task<JsonNode> UntilAsync(string path, Func<JsonNode, bool> wanted, CancellationToken cancellation)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            JsonNode answer = await CallAsync(HttpMethod.Get, path, null, cancellation);
            if (wanted(answer)) return answer;
            if (TimeProvider.System.GetElapsedTime(start) > Patience) throw new SetupException($"GET /{path} still answers {answer.ToJsonString()}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, cancellation);
        }
    }
}
