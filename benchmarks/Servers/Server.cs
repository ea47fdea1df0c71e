using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace Tidemark.Benchmarks.Servers;

/// <summary>What the C# peers share: a free loopback port, no logging, one ONNX session with one thread, and the line that says where they listen.</summary>
internal static class Server
{
    public const string Route = "/v2/models/{name}/infer";

    /// <summary>Runs the peer until SIGTERM, or until the process that started it is gone.</summary>
    public static async Task RunAsync(string peer, string modelFile)
    {
        using var session = new InferenceSession(modelFile, SingleThread());
        WebApplicationBuilder builder = peer == "naive" ? WebApplication.CreateBuilder([]) : WebApplication.CreateSlimBuilder([]);
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        if (peer == "naive") Naive.Map(app, session);
        else Hand.Map(app, session);

        await app.StartAsync();
        Console.WriteLine($"Host started: {app.Urls.Single()}");
        _ = StopWithParentAsync(app);
        await app.WaitForShutdownAsync();
    }

    public static SessionOptions SingleThread() => new() { IntraOpNumThreads = 1, InterOpNumThreads = 1 };

    private static async Task StopWithParentAsync(WebApplication app)
    {
        using Stream input = Console.OpenStandardInput();
        await input.CopyToAsync(Stream.Null);
        await app.StopAsync();
    }
}
