using System.Net;
using System.Text.Json;
using Azure.Core.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Tidemark.Embedded;

/// <summary>Puts the parts of the host together: settings, Kestrel, logging, services.</summary>
internal sealed class HostAssembly
{
    private readonly HostLayout layout;
    private readonly List<string> problems = [];
    private readonly int port;
    private bool aspNetCore;

    public HostAssembly(string[] args, HostLayout layout)
    {
        this.layout = layout;
        LocalSettings local = LocalSettings.Load(layout.Folder, problems);
        Web = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = layout.Folder,
            EnvironmentName = Variable("AZURE_FUNCTIONS_ENVIRONMENT") ?? Variable("DOTNET_ENVIRONMENT") ?? Environments.Production,
        });
        port = Port(Web.Configuration["port"], local.Port);
        AddServices(Web.Services);
        ConfigureLogging(Web.Logging);
    }

    public WebApplicationBuilder Web { get; }

    public FunctionPipeline Pipeline { get; } = new();

    public void UseAspNetCore()
    {
        aspNetCore = true;
        Web.Services.AddMvcCore();
    }

    public FunctionsHost Build()
    {
        try
        {
            Use(HostSettings.Load(layout.Folder, Web.Configuration));
        }
        catch (StartRefusedException refused)
        {
            problems.AddRange(refused.Problems);
        }
        ConfigureKestrel(BodyLimit(Web.Configuration["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"]));
        return new FunctionsHost(Web.Build(), problems, aspNetCore, port);
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private int Port(string? argument, int otherwise)
    {
        if (argument is null)
            return otherwise;
        if (int.TryParse(argument, out int number) && number is >= 0 and <= 65535)
            return number;
        problems.Add($"--port is '{argument}', but must be a port from 0 (any free one) to 65535.");
        return otherwise;
    }

    private void AddServices(IServiceCollection services)
    {
        services.AddSingleton(layout);
        services.AddSingleton(Pipeline);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => FunctionCatalog.Discover(layout.Types));
        services.AddSingleton<ConverterSet>();
        services.AddSingleton(p => new InvocationLimits(
            p.GetRequiredService<IServiceScopeFactory>(), p.GetRequiredService<HostSettings>().FunctionTimeout, p.GetRequiredService<TimeProvider>()));
        services.AddSingleton<InvocationLog>();
        services.AddSingleton<FunctionExecutor>();
        services.AddSingleton<FunctionKeys>();
        services.AddSingleton<HttpThrottle>();
        services.AddSingleton<HttpFunctions>();
        services.AddSingleton<AdminRoutes>();
        services.AddListeners();
        services.Configure<HostOptions>(o => o.ServicesStopConcurrently = true);
        services.Configure<ConsoleLifetimeOptions>(o => o.SuppressStatusMessages = true);
        services.Configure<WorkerOptions>(BuiltInConverters.Register);
        services.Configure<JsonSerializerOptions>(o => o.PropertyNameCaseInsensitive = true);
        services.AddOptions<WorkerOptions>().PostConfigure<IOptions<JsonSerializerOptions>>(
            (options, json) => options.Serializer ??= new JsonObjectSerializer(json.Value));
    }

    /// <summary>The host's own console, at the levels of host.json.</summary>
    private static void ConfigureLogging(ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.AddSimpleConsole(o =>
        {
            o.SingleLine = true;
            o.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            o.UseUtcTimestamp = true;
        });
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);
        // While this category is on, ASP.NET Core starts an activity and a log scope for every request.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
    }

    private void Use(HostSettings settings)
    {
        Web.Services.AddSingleton(settings);
        foreach ((string category, LogLevel level) in settings.LogLevels)
            Web.Logging.AddFilter(category.Equals("default", StringComparison.OrdinalIgnoreCase) ? null : category, level);
    }

    private void ConfigureKestrel(long bodyLimit) => Web.WebHost.ConfigureKestrel(kestrel =>
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = bodyLimit;
        kestrel.Listen(IPAddress.Loopback, port);
    });

    private long BodyLimit(string? text)
    {
        const long Default = 104_857_600;
        if (string.IsNullOrEmpty(text))
            return Default;
        if (long.TryParse(text, out long limit) && limit > 0)
            return limit;
        problems.Add($"The setting FUNCTIONS_REQUEST_BODY_SIZE_LIMIT is '{text}', but must be a number of bytes, at least 1.");
        return Default;
    }
}
