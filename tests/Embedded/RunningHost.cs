using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded;

/// <summary>A host of some function classes, in this process, on a port of its own.</summary>
internal sealed class RunningHost : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private FunctionsHost? host;

    public HttpClient Http { get; } = new();

    public string Output { get; private set; } = "";

    public IServiceProvider Services => host!.Services;

    public FunctionExecutor Executor => Services.GetRequiredService<FunctionExecutor>();

    public int Port => host!.Port;

    public static Task<RunningHost> StartAsync(params Type[] types) => StartAsync(types, null);

    public static async Task<RunningHost> StartAsync(
        Type[] types, Action<FunctionsApplicationBuilder>? configure, string? hostJson = null, params (string Name, string Value)[] settings)
    {
        var running = new RunningHost();
        await File.WriteAllTextAsync(Path.Combine(running.folder.Path, "host.json"), hostJson ?? """{"version": "2.0"}""");
        string[] args = [.. settings.Prepend(("port", "0")).Select(s => $"--{s.Item1}={s.Item2}")];
        var builder = new FunctionsApplicationBuilder(args, new HostLayout(running.folder.Path, types));
        builder.ConfigureFunctionsWebApplication();
        configure?.Invoke(builder);
        running.host = (FunctionsHost)builder.Build();
        using var output = new StringWriter();
        await running.host.StartOrThrowAsync(output, TestContext.Current.CancellationToken);
        running.Output = output.ToString();
        running.Http.BaseAddress = new Uri($"http://127.0.0.1:{running.Port}");
        return running;
    }

    public FunctionEntry Function(string name) => Services.GetRequiredService<FunctionCatalog>().Find(name)!;

    public Task StopAsync() => host!.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (host is not null)
        {
            await host.StopAsync();
            await host.DisposeAsync();
        }
        folder.Dispose();
    }
}
