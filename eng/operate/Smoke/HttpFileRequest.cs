using System.Diagnostics;
using System.Text;

namespace Tidemark.Operate.Smoke;

internal sealed record HttpFileRequest(string Name, HttpMethod Method, Uri Address, IReadOnlyDictionary<string, string> Headers, string Body)
{
    private const int Shown = 300;

    /// <summary>The statuses that are right; none: any that says success.</summary>
    public IReadOnlyList<int> Statuses { get; init; } = [];

    public IReadOnlyList<string> Texts { get; init; } = [];

    /// <param name="key">A function key, sent in its header; null: none.</param>
    public async Task<HttpFileResult> SendAsync(HttpClient http, string? key)
    {
        using HttpRequestMessage request = new(Method, Address);
        if (Body.Length > 0) request.Content = new StringContent(Body, Encoding.UTF8, Headers.GetValueOrDefault("Content-Type", "application/json"));
        foreach (var (name, value) in Headers.Where(h => !h.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))) request.Headers.TryAddWithoutValidation(name, value);
        if (!string.IsNullOrEmpty(key)) request.Headers.TryAddWithoutValidation("x-functions-key", key);

        long start = Stopwatch.GetTimestamp();
        using var reply = await http.SendAsync(request);
        string answer = await reply.Content.ReadAsStringAsync();
        int status = (int)reply.StatusCode;
        bool good = (Statuses.Count > 0 ? Statuses.Contains(status) : reply.IsSuccessStatusCode) && Texts.All(text => answer.Contains(text, StringComparison.Ordinal));
        return new(good, Stopwatch.GetElapsedTime(start).TotalMilliseconds, $"{status} {answer[..Math.Min(answer.Length, Shown)]}");
    }
}

internal sealed record HttpFileResult(bool Good, double Milliseconds, string Answer);
