using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Tidemark.Embedded;

/// <summary>
/// The host: starts Kestrel and the listeners and prints the functions. What it refuses at start is said in plain sentences on
/// stderr, and the process ends with code 1.
/// </summary>
internal sealed class FunctionsHost(WebApplication web, IReadOnlyList<string> problems, bool aspNetCore, int port) : IHost, IAsyncDisposable
{
    public IServiceProvider Services => web.Services;

    /// <summary>The port that Kestrel listens on, once started.</summary>
    public int Port => new Uri(web.Urls.First()).Port;

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await StartOrThrowAsync(Console.Out, cancellationToken);
        }
        catch (StartRefusedException refused)
        {
            foreach (string problem in refused.Problems)
                await Console.Error.WriteLineAsync(problem);
            Environment.Exit(1);
        }
    }

    /// <summary>Starts, or throws what it refuses.</summary>
    public async Task StartOrThrowAsync(TextWriter output, CancellationToken cancellation)
    {
        FunctionCatalog catalog = Check();
        ThrowIfPortIsTaken();
        string prefix = Services.GetRequiredService<HostSettings>().Http.RoutePrefix;
        web.UseRouting();
        web.Run(DispatchAsync);
        Services.GetRequiredService<HttpFunctions>().Map(web, catalog, prefix);
        Services.GetRequiredService<AdminRoutes>().Map(web);
        if (Services.GetRequiredService<DurableFunctions>().AreThere)
            Services.GetRequiredService<DurableRoutes>().Map(web);
        await web.StartAsync(cancellation);
        FunctionListing.Write(output, catalog, prefix, Port);
    }

    public Task StopAsync(CancellationToken cancellationToken = default) => web.StopAsync(cancellationToken);

    public void Dispose() => ((IDisposable)web).Dispose();

    public ValueTask DisposeAsync() => web.DisposeAsync();

    /// <summary>Asked before anything starts, so that nothing has to be stopped again.</summary>
    private void ThrowIfPortIsTaken()
    {
        if (port == 0)
            return;
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
        }
        catch (SocketException error)
        {
            throw new StartRefusedException(
                [$"Port {port} can't be used ({error.SocketErrorCode}); stop what listens there, or choose another with --port N or Host.LocalHttpPort in local.settings.json."]);
        }
    }

    /// <summary>Reads every setting and function, so that all mistakes are reported at once.</summary>
    private FunctionCatalog Check()
    {
        try
        {
            FunctionCatalog catalog = Services.GetRequiredService<FunctionCatalog>();
            List<string> all = [.. problems, .. aspNetCore ? [] : FunctionRules.WithoutAspNetCore(catalog)];
            if (all.Count > 0)
                throw new StartRefusedException(all);
            _ = Services.GetRequiredService<ListenerHost>();
            return catalog;
        }
        catch (StartRefusedException refused)
        {
            throw new StartRefusedException([.. problems.Union(refused.Problems)]);
        }
    }

    /// <summary>Calls the function that routing found. A path or a method that no function has is 404, as in the genuine host.</summary>
    private static Task DispatchAsync(HttpContext http)
    {
        if (http.GetEndpoint() is RouteEndpoint { RequestDelegate: { } function })
            return function(http);
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
