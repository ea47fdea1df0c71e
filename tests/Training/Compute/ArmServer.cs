using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.ResourceManager;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Tidemark.Tests.Training.Compute;

/// <summary>What happens to a request.</summary>
internal enum ArmFate
{
    Served,

    /// <summary>429 with Retry-After of a second; nothing is done.</summary>
    Throttled,

    /// <summary>503; nothing is done.</summary>
    Unavailable,

    /// <summary>The connection breaks before the request is read.</summary>
    NotReached,

    /// <summary>It is done, and the connection breaks before the answer.</summary>
    AnswerLost,
}

/// <summary>
/// Azure Resource Manager as far as a Container Apps job needs it, on loopback: start and stop as long-running operations (202, Location, Retry-After),
/// executions one by one and listed in pages. Request and response shapes are those of Microsoft.App/jobs.
/// </summary>
internal sealed class ArmServer : IAsyncDisposable
{
    public const string Job = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-train/providers/Microsoft.App/jobs/train";
    private readonly WebApplication app;
    private readonly X509Certificate2 certificate;
    private readonly ConcurrentQueue<ArmFate> fates = new();
    private readonly ConcurrentDictionary<string, (string Name, int Polls)> operations = new();
    private readonly List<Task> working = [];
    private int count;

    private ArmServer(WebApplication app, X509Certificate2 certificate) => (this.app, this.certificate) = (app, certificate);

    /// <summary>Executions by name, with their status, in the order of their start.</summary>
    public OrderedDictionary<string, string> Executions { get; } = [];

    /// <summary>Executions that were asked to stop.</summary>
    public ConcurrentQueue<string> Stopped { get; } = new();

    /// <summary>Requests for a start that came, whatever became of them.</summary>
    public int StartRequests { get; private set; }

    /// <summary>What an execution does; its status when it has done it. Null: it stays Processing.</summary>
    public Func<string, Task<string>>? Work { get; set; }

    /// <summary>Actions that the caller's role lacks.</summary>
    public HashSet<string> Denied { get; } = [];

    /// <summary>When an execution says that it was started.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    public static async Task<ArmServer> StartAsync()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.UseHttps(certificate)));
        var server = new ArmServer(builder.Build(), certificate);
        server.app.Run(server.ServeAsync);
        await server.app.StartAsync();
        return server;
    }

    /// <summary>The next requests that start something meet these fates, one each.</summary>
    public void NextStarts(params ArmFate[] next)
    {
        foreach (var fate in next) fates.Enqueue(fate);
    }

    public ArmClient Client()
    {
        var address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown?.Thumbprint == certificate.Thumbprint };
        var options = new ArmClientOptions { Environment = new ArmEnvironment(address, "https://management.azure.com/"), Transport = new HttpClientTransport(new HttpClient(handler)) };
        (options.Retry.Delay, options.Retry.MaxRetries) = (TimeSpan.FromMilliseconds(20), 3);
        return new ArmClient(new Token(), null, options);
    }

    /// <summary>Until every execution has done its work.</summary>
    public Task WorkedAsync()
    {
        lock (working) return Task.WhenAll(working);
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        certificate.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!, method = context.Request.Method;
        if (context.Request.Query["api-version"].Count != 1 || context.Request.Headers.Authorization != "Bearer token") context.Response.StatusCode = 400;
        else if (Denied.Contains(Action(method, path))) await RefuseAsync(context, 403, "AuthorizationFailed", message: $"The client 'x' with object id 'x' does not have authorization to perform action '{Action(method, path)}' over scope '{path}' or the scope is invalid. If access was recently granted, please refresh your credentials.");
        else if (method == "POST" && path == $"{Job}/start") await StartAsync(context);
        else if (method == "POST" && path.StartsWith($"{Job}/executions/", StringComparison.Ordinal) && path.EndsWith("/stop", StringComparison.Ordinal)) await StopAsync(context, path.Split('/')[^2]);
        else if (method == "GET" && path == $"{Job}/executions") await ListAsync(context);
        else if (method == "GET" && path.StartsWith($"{Job}/executions/", StringComparison.Ordinal)) await FindAsync(context, path.Split('/')[^1]);
        else if (method == "GET" && path.Contains("/jobOperationResults/", StringComparison.Ordinal)) await PollAsync(context, path.Split('/')[^1]);
        else await RefuseAsync(context, 404, "ResourceNotFound");
    }

    /// <summary>What a role must allow for a request.</summary>
    private static string Action(string method, string path) => (method, path[(path.LastIndexOf('/') + 1)..]) switch
    {
        ("POST", "start") => "Microsoft.App/jobs/start/action",
        ("POST", _) => "Microsoft.App/jobs/stop/execution/action",
        (_, "executions") => "Microsoft.App/jobs/executions/read",
        _ when path.Contains("/jobOperationResults/", StringComparison.Ordinal) => "Microsoft.App/locations/jobOperationResults/read",
        _ => "Microsoft.App/jobs/execution/read",
    };

    private async Task StartAsync(HttpContext context)
    {
        StartRequests++;
        var fate = fates.TryDequeue(out var next) ? next : ArmFate.Served;
        if (fate == ArmFate.NotReached) context.Abort();
        else if (fate == ArmFate.Throttled) await RefuseAsync(context, 429, "TooManyRequests", retryAfter: 1);
        else if (fate == ArmFate.Unavailable) await RefuseAsync(context, 503, "ServerTimeout");
        else if (context.Request.ContentLength > 0) await RefuseAsync(context, 400, "OverridesAreNotWanted");
        else
        {
            string name = $"train-{Interlocked.Increment(ref count)}";
            lock (Executions) Executions[name] = "Processing";
            lock (working)
            {
                if (Work is { } work) working.Add(Task.Run(async () => SetStatus(name, await work(name))));
            }

            if (fate == ArmFate.AnswerLost) context.Abort();
            else Accept(context, name);
        }
    }

    public void SetStatus(string name, string status)
    {
        lock (Executions) Executions[name] = status;
    }

    private Task StopAsync(HttpContext context, string name)
    {
        lock (Executions)
        {
            if (!Executions.TryGetValue(name, out string? status) || status is not ("Running" or "Processing" or "Unknown")) return RefuseAsync(context, 404, "JobExecutionNotFound");
            Executions[name] = "Stopped";
        }

        Stopped.Enqueue(name);
        Accept(context, name);
        return Task.CompletedTask;
    }

    private void Accept(HttpContext context, string name)
    {
        string operation = Guid.NewGuid().ToString();
        operations[operation] = (name, 0);
        context.Response.StatusCode = 202;
        context.Response.Headers.Location = $"https://{context.Request.Host}/subscriptions/00000000-0000-0000-0000-000000000001/providers/Microsoft.App/locations/westeurope/jobOperationResults/{operation}?api-version=2025-07-01";
        context.Response.Headers.RetryAfter = "1";
    }

    /// <summary>Still under way the first time, then the execution's name.</summary>
    private async Task PollAsync(HttpContext context, string operation)
    {
        var (name, polls) = operations[operation];
        operations[operation] = (name, polls + 1);
        if (polls == 0)
        {
            context.Response.StatusCode = 202;
            context.Response.Headers.Location = $"https://{context.Request.Host}{context.Request.Path}{context.Request.QueryString}";
            context.Response.Headers.RetryAfter = "0";
        }
        else
        {
            await context.Response.WriteAsJsonAsync(new JsonObject { ["name"] = name, ["id"] = $"{Job}/executions/{name}" });
        }
    }

    private Task FindAsync(HttpContext context, string name)
    {
        lock (Executions) return Executions.TryGetValue(name, out string? status) ? context.Response.WriteAsJsonAsync(Shown(name, status)) : RefuseAsync(context, 404, "JobExecutionNotFound");
    }

    /// <summary>Two a page.</summary>
    private Task ListAsync(HttpContext context)
    {
        int skip = int.TryParse(context.Request.Query["skip"], CultureInfo.InvariantCulture, out int from) ? from : 0;
        lock (Executions)
        {
            JsonNode[] page = [.. Executions.Skip(skip).Take(2).Select(e => Shown(e.Key, e.Value))];
            var answer = new JsonObject { ["value"] = new JsonArray(page) };
            if (skip + 2 < Executions.Count) answer["nextLink"] = $"https://{context.Request.Host}{Job}/executions?api-version=2025-07-01&skip={skip + 2}";
            return context.Response.WriteAsJsonAsync(answer);
        }
    }

    private JsonObject Shown(string name, string status) => new()
    {
        ["id"] = $"{Job}/executions/{name}",
        ["name"] = name,
        ["type"] = "Microsoft.App/jobs/executions",
        ["properties"] = new JsonObject { ["status"] = status, ["startTime"] = Time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture), ["template"] = new JsonObject { ["containers"] = new JsonArray() } },
    };

    private static Task RefuseAsync(HttpContext context, int status, string code, int? retryAfter = null, string? message = null)
    {
        context.Response.StatusCode = status;
        if (retryAfter is { } seconds) context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return context.Response.WriteAsJsonAsync(new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = message ?? code } });
    }

    private sealed class Token : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => new("token", TimeProvider.System.GetUtcNow().AddHours(1));

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));
    }
}
