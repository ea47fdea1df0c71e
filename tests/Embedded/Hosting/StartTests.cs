using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Hosting;

public sealed class StartTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_start_lists_each_function_by_trigger_and_ends_with_the_address()
    {
        await using RunningHost host = await RunningHost.StartAsync(
            [typeof(Functions)], null, """{"version": "2.0", "extensions": {"http": {"routePrefix": ""}}}""", ("AzureWebJobs.Nightly.Disabled", "true"));

        string[] lines = host.Output.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Equal(
            [
                "Functions:",
                $"Anything: [ANY] http://localhost:{host.Port}/Anything",
                $"Infer: [POST] http://localhost:{host.Port}/v2/models/{{model}}/infer",
                "Nightly: timerTrigger 0 0 0 1 1 *",
                $"Host started: http://127.0.0.1:{host.Port}",
            ],
            lines);
    }

    [Fact]
    public async Task A_taken_port_is_one_sentence_with_the_remedy()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;

        StartRefusedException refused = await StartAsync("""{"version": "2.0"}""", null, $"--port={port}");

        string sentence = Assert.Single(refused.Problems);
        Assert.Contains($"Port {port} ", sentence, StringComparison.Ordinal);
        Assert.Contains("--port N", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mistakes_in_every_file_are_reported_at_once()
    {
        StartRefusedException refused = await StartAsync(
            """{"version": "2.0", "extensions": {"queues": {"batchSize": 99}}}""", """{"Host": {"LocalHttpPort": 99999}}""", "--port=0");

        Assert.Contains(refused.Problems, p => p.Contains("extensions.queues.batchSize", StringComparison.Ordinal));
        Assert.Contains(refused.Problems, p => p.Contains("Host.LocalHttpPort", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Aspnet_types_without_the_web_application_are_refused()
    {
        File.WriteAllText(Path.Combine(folder.Path, "host.json"), """{"version": "2.0"}""");
        await using var host = (FunctionsHost)new FunctionsApplicationBuilder(["--port=0"], new HostLayout(folder.Path, [typeof(Functions)])).Build();

        StartRefusedException refused = await Assert.ThrowsAsync<StartRefusedException>(
            () => host.StartOrThrowAsync(TextWriter.Null, TestContext.Current.CancellationToken));

        Assert.All(refused.Problems, p => Assert.StartsWith("AZFW0014 ", p, StringComparison.Ordinal));
    }

    [Fact]
    public void A_builder_builds_once_and_takes_no_middleware_afterwards()
    {
        File.WriteAllText(Path.Combine(folder.Path, "host.json"), """{"version": "2.0"}""");
        var builder = new FunctionsApplicationBuilder(["--port=0"], new HostLayout(folder.Path, []));
        using var host = builder.Build();

        Assert.Throws<InvalidOperationException>(() => builder.Build());
        Assert.Throws<InvalidOperationException>(() => builder.Use(next => next));
    }

    private async Task<StartRefusedException> StartAsync(string hostJson, string? localSettings, params string[] args)
    {
        File.WriteAllText(Path.Combine(folder.Path, "host.json"), hostJson);
        if (localSettings is not null)
            File.WriteAllText(Path.Combine(folder.Path, "local.settings.json"), localSettings);
        await using var host = (FunctionsHost)new FunctionsApplicationBuilder(args, new HostLayout(folder.Path, [])).Build();
        return await Assert.ThrowsAsync<StartRefusedException>(() => host.StartOrThrowAsync(TextWriter.Null, TestContext.Current.CancellationToken));
    }

    internal sealed class Functions
    {
        [Function(nameof(Infer))]
        public IResult Infer([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "v2/models/{model}/infer")] HttpRequest request) => Results.Ok();

        [Function(nameof(Anything))]
        public IResult Anything([HttpTrigger] HttpRequest request) => Results.Ok();

        [Function(nameof(Nightly))]
        public void Nightly([TimerTrigger("0 0 0 1 1 *")] TimerInfo timer) { }
    }
}
