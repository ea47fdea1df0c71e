using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded;

/// <summary>A host of some function classes, in this process, on a port of its own.</summary>
internal sealed class RunningHost : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FunctionsHost host;
    private bool started;

    private RunningHost(Type[] types, Action<FunctionsApplicationBuilder>? configure, string? hostJson, IEnumerable<(string Name, string Value)> settings)
    {
        File.WriteAllText(Path.Combine(folder.Path, "host.json"), hostJson ?? """{"version": "2.0"}""");
        string[] args = [.. settings.Select(s => $"--{s.Name}={s.Value}").Prepend("--port=0")];
        var builder = new FunctionsApplicationBuilder(args, new HostLayout(folder.Path, types));
        builder.ConfigureFunctionsWebApplication();
        configure?.Invoke(builder);
        host = (FunctionsHost)builder.Build();
    }

    public HttpClient Http { get; } = new();

    /// <summary>What the host printed when it was up.</summary>
    public string Output { get; private set; } = "";

    public IServiceProvider Services => host.Services;

    public FunctionExecutor Executor => Services.GetRequiredService<FunctionExecutor>();

    public int Port => host.Port;

    /// <summary>Builds a host that listens to nothing; its functions are invoked directly.</summary>
    public static RunningHost Idle(Type[] types, Action<FunctionsApplicationBuilder>? configure = null, params (string Name, string Value)[] settings) =>
        new(types, configure, null, settings);

    public static Task<RunningHost> StartAsync(params Type[] types) => StartAsync(types, null);

    public static async Task<RunningHost> StartAsync(
        Type[] types, Action<FunctionsApplicationBuilder>? configure, string? hostJson = null, params (string Name, string Value)[] settings)
    {
        var running = new RunningHost(types, configure, hostJson, settings);
        try
        {
            using var output = new StringWriter();
            await running.host.StartOrThrowAsync(output, TestContext.Current.CancellationToken);
            running.started = true;
            running.Output = output.ToString();
            running.Http.BaseAddress = new Uri($"http://127.0.0.1:{running.Port}");
            return running;
        }
        catch
        {
            await running.DisposeAsync();
            throw;
        }
    }

    public FunctionEntry Function(string name) => Services.GetRequiredService<FunctionCatalog>().Find(name)!;

    public Task<InvocationOutcome> InvokeAsync(string function, object? value, params (string Name, object? Value)[] bindingData) =>
        Executor.InvokeAsync(
            Function(function),
            new TriggerInput(value, bindingData.ToDictionary(d => d.Name, d => d.Value, StringComparer.OrdinalIgnoreCase)),
            TestContext.Current.CancellationToken);

    public Task StopAsync() => host.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (started)
            await host.StopAsync();
        await host.DisposeAsync();
        folder.Dispose();
    }
}
