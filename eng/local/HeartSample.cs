using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Tidemark.Local;

/// <summary>The model in <c>samples/heart</c>, seen through the HTTP API of a suite: registers it, asks it, compares its answers with the committed figures.</summary>
internal sealed class HeartSample(string root, Uri suite) : IDisposable
{
    private static readonly TimeSpan ReadyPatience = TimeSpan.FromSeconds(60);
    private const double Tolerance = 1e-5;
    private readonly HttpClient http = new() { BaseAddress = suite, Timeout = TimeSpan.FromSeconds(30) };

    /// <exception cref="SetupException">It is not ready after 60 s.</exception>
    public async Task<bool> WaitUntilReadyAsync(CancellationToken cancellation)
    {
        long start = TimeProvider.System.GetTimestamp();
        string said = "nothing";
        while (TimeProvider.System.GetElapsedTime(start) < ReadyPatience)
        {
            try
            {
                using var reply = await http.GetAsync("v2/health/ready", cancellation);
                if (reply.IsSuccessStatusCode) return true;
                said = $"{(int)reply.StatusCode} {await reply.Content.ReadAsStringAsync(cancellation)}";
            }
            catch (HttpRequestException e)
            {
                said = e.Message;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, cancellation);
        }
        throw new SetupException($"The suite was not ready after {ReadyPatience.TotalSeconds:0} s; GET /v2/health/ready says: {said}");
    }

    /// <summary>The client that calls the suite.</summary>
    public HttpClient Http => http;

    /// <summary>The version that <c>champion</c> names; registers and promotes the sample when there is none.</summary>
    public Task<string> ServeAsync(CancellationToken cancellation) => ServeAsync("heart", cancellation);

    /// <summary>The same under another model's name.</summary>
    public async Task<string> ServeAsync(string model, CancellationToken cancellation)
    {
        using var found = await http.GetAsync($"api/models/{model}/aliases/champion", cancellation);
        if (found.StatusCode != HttpStatusCode.NotFound) return Text(await JsonOf(found, cancellation), "version");

        using var upload = new MultipartFormDataContent
        {
            { FileOf("metadata.json", "application/json"), "metadata", "metadata.json" },
            { FileOf("model.onnx", "application/octet-stream"), "model", "model.onnx" },
        };
        using var registered = await http.PostAsync($"api/models/{model}/versions", upload, cancellation);
        string version = Text(await JsonOf(registered, cancellation), "version");

        using var move = new HttpRequestMessage(HttpMethod.Put, $"api/models/{model}/aliases/champion") { Content = JsonContent.Create(new { version }) };
        move.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any);
        using var moved = await http.SendAsync(move, cancellation);
        await JsonOf(moved, cancellation);
        return version;
    }

    /// <summary>The example rows by the Open Inference Protocol and by MLflow's; the probability of class 1 of each row.</summary>
    public async Task<(double[] Infer, double[] Invocations)> PredictAsync(CancellationToken cancellation)
    {
        using var infer = await http.PostAsync("v2/models/heart/infer", FileOf("infer.json", "application/json"), cancellation);
        var outputs = (await JsonOf(infer, cancellation))["outputs"]!.AsArray();
        var flat = outputs.Single(o => (string?)o!["name"] == "probabilities")!["data"]!.AsArray();

        using var invocations = await http.PostAsync("models/heart/invocations", FileOf("rows.json", "application/json"), cancellation);
        var rows = (await JsonOf(invocations, cancellation))["predictions"]!.AsArray();
        return ([.. flat.Where((_, i) => i % 2 == 1).Select(v => (double)v!)], [.. rows.Select(r => (double)r!["probabilities"]![1]!)]);
    }

    /// <summary>Any call with a JSON body, or none; the JSON that it answers.</summary>
    /// <exception cref="SetupException">It answers an error.</exception>
    public async Task<JsonNode> CallAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var reply = await http.SendAsync(request, cancellation);
        return await JsonOf(reply, cancellation);
    }

    /// <summary>Compares both answers with what scikit-learn said of the same rows (<c>expected.csv</c>) and says so in a line each.</summary>
    /// <param name="answers">What the routes answered.</param>
    /// <param name="others">Whether all that was checked before is right.</param>
    public bool Judge((double[] Infer, double[] Invocations) answers, bool others)
    {
        double[] expected = [.. Expected()];
        // infer.json holds the first rows of rows.json.
        bool infer = Agrees("/v2/models/heart/infer", answers.Infer, expected[..3]);
        bool invocations = Agrees("/models/heart/invocations", answers.Invocations, expected);
        bool all = infer && invocations && others;
        Screen.Line(all ? Screen.Green("Check passed.") : Screen.Red("Check failed."));
        return all;
    }

    private static bool Agrees(string route, double[] answers, double[] expected)
    {
        double difference = answers.Length == expected.Length ? answers.Zip(expected, (a, e) => Math.Abs(a - e)).Max() : double.PositiveInfinity;
        bool agrees = difference <= Tolerance;
        Screen.Line(string.Create(CultureInfo.InvariantCulture,
            $"{(agrees ? "ok   " : "WRONG")} {route}: {answers.Length} of {expected.Length} rows, at most {difference:0.0e0} from scikit-learn's figures (limit {Tolerance:0e0})"));
        return agrees;
    }

    public void Dispose() => http.Dispose();

    private IEnumerable<double> Expected() => File.ReadLines(PathOf("expected.csv"))
        .Select(line => line.Split(','))
        .Where(cells => cells[0] == "rows.json")
        .Select(cells => double.Parse(cells[2], CultureInfo.InvariantCulture));

    private ByteArrayContent FileOf(string name, string type) =>
        new(File.ReadAllBytes(PathOf(name))) { Headers = { ContentType = new(type) } };

    private string PathOf(string name) => Path.Combine(root, "samples/heart", name);

    private static string Text(JsonNode document, string name) => (string?)document[name]
        ?? throw new SetupException($"The suite answered without '{name}': {document.ToJsonString()}");

    private static async Task<JsonNode> JsonOf(HttpResponseMessage reply, CancellationToken cancellation)
    {
        string body = await reply.Content.ReadAsStringAsync(cancellation);
        return reply.IsSuccessStatusCode
            ? JsonNode.Parse(body)!
            : throw new SetupException($"{reply.RequestMessage!.Method} {reply.RequestMessage.RequestUri!.AbsolutePath} answered {(int)reply.StatusCode}: {body}");
    }
}
