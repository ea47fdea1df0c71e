using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Tidemark.Tests.Faults;

/// <summary>
/// Stands on the wire between one host process and Azurite: the app that ships, its SDK and its runtime meet real HTTP faults, and a test
/// can hold any call, before storage has seen it or after, and kill the host there.
/// </summary>
internal sealed class StorageProxy : IAsyncDisposable
{
    private static readonly string[] Services = ["BlobEndpoint", "QueueEndpoint", "TableEndpoint"];
    private readonly WebApplication app;
    private readonly HttpMessageInvoker storage = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false });
    private readonly List<StoragePause> pauses = [];
    private readonly Dictionary<string, string> connection;
    private readonly int[] ports;
    private int calls, blocks;

    private StorageProxy(WebApplication app, Dictionary<string, string> connection)
    {
        (this.app, this.connection) = (app, connection);
        app.Run(PassAsync);
        app.Start();
        ports = [.. app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(a => new Uri(a).Port)];
    }

    /// <summary>What happens to each call; may be changed at any time.</summary>
    public Func<StorageCall, StorageFate> Fate { get; set; } = _ => StorageFate.Served;

    /// <summary>How often a message that is put on a queue is put there.</summary>
    public Func<StorageCall, int> Copies { get; set; } = _ => 1;

    /// <summary>Awaited before a call goes on to storage: for slowness.</summary>
    public Func<StorageCall, Task> Delay { get; set; } = _ => Task.CompletedTask;

    /// <summary>Calls that came, answered or not.</summary>
    public int Calls => Volatile.Read(ref calls);

    /// <summary>Blocks that were staged.</summary>
    public int Blocks => Volatile.Read(ref blocks);

    /// <summary>The connection string by which the host reaches storage through here.</summary>
    public string ConnectionString => string.Join(';', connection.Select(part =>
        $"{part.Key}={(Array.IndexOf(Services, part.Key) is >= 0 and var i ? new UriBuilder(part.Value) { Port = ports[i] }.Uri : part.Value)}"));

    public static StorageProxy Start(string connectionString)
    {
        var builder = WebApplication.CreateSlimBuilder([]);
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            foreach (string _ in Services) kestrel.Listen(IPAddress.Loopback, 0);
        });
        return new(builder.Build(), connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p[1]));
    }

    /// <summary>Holds the first call that matches: before storage sees it, or after storage has carried it out and before the host learns so.</summary>
    public StoragePause PauseAt(Func<StorageCall, bool> matches, Moment moment)
    {
        var pause = new StoragePause(matches, moment);
        lock (pauses) pauses.Add(pause);
        return pause;
    }

    public async ValueTask DisposeAsync()
    {
        lock (pauses) pauses.ForEach(p => p.Release());
        await app.DisposeAsync();
        storage.Dispose();
    }

    private async Task PassAsync(HttpContext context)
    {
        int service = Array.IndexOf(ports, context.Connection.LocalPort);
        var body = service == 0 ? null : await BodyAsync(context.Request);
        var call = new StorageCall(Interlocked.Increment(ref calls), (StorageService)service, context.Request.Method, context.Request.Path.Value!, context.Request.QueryString.Value!, body);
        try
        {
            await HoldAsync(call, Moment.Before, context.RequestAborted);
            await Delay(call);
            var fate = Fate(call);
            if (fate is StorageFate.NotReached) context.Abort();
            else if (fate is StorageFate.Served or StorageFate.AnswerLost) await ForwardAsync(context, call, fate);
            else await RefuseAsync(context.Response, (int)fate);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException)
        {
            context.Abort(); // the host is gone, or storage is
        }
    }

    private async Task ForwardAsync(HttpContext context, StorageCall call, StorageFate fate)
    {
        // Carried out whole once begun, as by a service that does not know that its caller died.
        for (int more = call.PutsMessage ? Copies(call) : 1; more > 1; more--) (await SendAsync(context.Request, call)).Dispose();
        using var answer = await SendAsync(context.Request, call);
        if (call.StagesBlock) Interlocked.Increment(ref blocks);
        await HoldAsync(call, Moment.After, context.RequestAborted);
        if (fate == StorageFate.AnswerLost)
        {
            context.Abort();
            return;
        }
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (name is not ("Transfer-Encoding" or "Connection" or "Keep-Alive")) context.Response.Headers[name] = values.ToArray();
        }
        context.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequest from, StorageCall call)
    {
        var target = new Uri(new Uri(connection[Services[(int)call.Service]]), from.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget);
        HttpContent? content = call.Body is { } body ? new ByteArrayContent(body.ToArray()) : from.ContentLength > 0 || from.Headers.TransferEncoding.Count > 0 ? new StreamContent(from.Body) : null;
        var request = new HttpRequestMessage(new(from.Method), target) { Content = content ?? new ByteArrayContent([]) };
        foreach (var (name, values) in from.Headers)
        {
            if (name is "Connection" or "Transfer-Encoding" or "Expect") continue;
            if (!request.Headers.TryAddWithoutValidation(name, values.ToArray())) request.Content.Headers.TryAddWithoutValidation(name, values.ToArray());
        }
        return storage.SendAsync(request, CancellationToken.None);
    }

    private Task HoldAsync(StorageCall call, Moment moment, CancellationToken aborted)
    {
        lock (pauses)
        {
            if (pauses.Find(p => p.Takes(call, moment)) is not { } pause) return Task.CompletedTask;
            pauses.Remove(pause);
            return pause.HoldAsync(call, aborted);
        }
    }

    private static async Task<BinaryData> BodyAsync(HttpRequest request) => await BinaryData.FromStreamAsync(request.Body, request.HttpContext.RequestAborted);

    private static Task RefuseAsync(HttpResponse response, int status)
    {
        response.StatusCode = status;
        response.Headers["x-ms-error-code"] = status == 500 ? "InternalError" : "ServerBusy";
        return response.CompleteAsync();
    }
}
