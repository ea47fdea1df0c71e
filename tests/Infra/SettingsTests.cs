using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting.Internal;
using Tidemark.BicepCheck.Planning;
using Tidemark.Platform.Storage;
using Tidemark.Platform.Telemetry;
using Tidemark.Registry;
using Xunit;

namespace Tidemark.Tests.Infra;

/// <summary>The app settings of the templates and the options of the code know each other.</summary>
public sealed class SettingsTests
{
    /// <summary>Settings that others than our options read: the host, the telemetry's and the identity's libraries.</summary>
    private static readonly string[] Others =
    [
        "AZURE_CLIENT_ID", "APPLICATIONINSIGHTS_CONNECTION_STRING", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING", "Telemetry:Prometheus", "DurableScheduler",
        .. Connection("AzureWebJobsStorage"), .. Connection("DurableStorage"),
    ];

    private static readonly (string Section, Type Type)[] Options =
    [
        .. typeof(ModelName).Assembly.GetTypes()
            .Where(t => t.Name.EndsWith("Options", StringComparison.Ordinal) && t.GetField("Section")?.GetRawConstantValue() is string)
            .Select(t => ((string)t.GetField("Section")!.GetRawConstantValue()!, t)),
    ];

    [Theory]
    [InlineData("storage")]
    [InlineData("scheduler")]
    public void Every_setting_is_read_by_somebody(string durableBackend)
    {
        Assert.NotEmpty(Options);
        foreach (string setting in Settings(durableBackend).Keys)
        {
            if (Others.Contains(setting) || IsInHostJson(setting)) continue;
            int colon = setting.LastIndexOf(':');
            Assert.True(colon > 0, $"Nobody reads the setting '{setting}'.");
            var (section, property) = (setting[..colon], setting[(colon + 1)..]);
            var (_, type) = Options.FirstOrDefault(o => o.Section == section);
            Assert.True(type is not null, $"No options have the section '{section}' of the setting '{setting}'.");
            Assert.True(type.GetProperty(property) is { CanWrite: true }, $"{type.Name} has no '{property}', which the setting '{setting}' sets.");
        }
    }

    [Theory]
    [InlineData("storage")]
    [InlineData("scheduler")]
    public void All_options_are_valid_with_the_settings_of_the_cloud(string durableBackend)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(Settings(durableBackend)).Build();
        foreach (var (section, type) in Options)
        {
            object options = Activator.CreateInstance(type)!;
            configuration.GetSection(section).Bind(options, binder => binder.ErrorOnUnknownConfiguration = !Options.Any(o => o.Section.StartsWith(section + ":", StringComparison.Ordinal)));
            type.GetProperty("InAzure", BindingFlags.Instance | BindingFlags.NonPublic)?.SetValue(options, true);
            List<ValidationResult> problems = [];

            Validator.TryValidateObject(options, new ValidationContext(options), problems, validateAllProperties: true);

            Assert.True(problems.Count == 0, $"{section}: {string.Join(' ', problems.Select(p => p.ErrorMessage))}");
        }
    }

    [Fact]
    public void Storage_and_telemetry_are_found_by_identity_alone()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(Settings("storage")).Build();

        var storage = StorageConnection.Read(configuration);
        var telemetry = TelemetrySettings.Read(configuration, new HostingEnvironment { EnvironmentName = "Production" });

        Assert.True(storage.Ok);
        Assert.Null(storage.Value.ConnectionString);
        Assert.NotNull(storage.Value.ClientId);
        Assert.NotNull(telemetry.AzureMonitor);
        Assert.NotNull(telemetry.ClientId);
        Assert.False(telemetry.Prometheus);
    }

    [Fact]
    public void Settings_that_Flex_Consumption_refuses_are_not_set()
    {
        string[] refused = ["FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_EXTENSION_VERSION", "WEBSITE_RUN_FROM_PACKAGE", "WEBSITE_CONTENTSHARE", "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING", "SCM_DO_BUILD_DURING_DEPLOYMENT", "ENABLE_ORYX_BUILD", "WEBSITE_TIME_ZONE", "TZ"];

        Assert.Empty(Settings("storage").Keys.Intersect(refused));
    }

    [Fact]
    public void The_host_sends_telemetry_as_the_app_does_and_reads_what_Event_Grid_writes()
    {
        using var host = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "host.json")));

        Assert.Equal("OpenTelemetry", host.RootElement.GetProperty("telemetryMode").GetString());
        Assert.False(host.RootElement.GetProperty("logging").TryGetProperty("applicationInsights", out _), "With OpenTelemetry the host reads no sampling settings there.");
        Assert.Equal("none", host.RootElement.GetProperty("extensions").GetProperty("queues").GetProperty("messageEncoding").GetString());
    }

    /// <summary>Overrides of host.json go where host.json has something, or beside it.</summary>
    private static bool IsInHostJson(string setting)
    {
        string[] path = setting.Split(':');
        if (path[0] != "AzureFunctionsJobHost") return false;
        using var host = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "host.json")));
        var at = host.RootElement;
        return path[1..^1].All(name => at.TryGetProperty(name, out at));
    }

    /// <summary>As the app will see them; what only Azure knows is replaced by something that looks like it.</summary>
    private static Dictionary<string, string?> Settings(string durableBackend)
    {
        var plan = Plan.Of(new BicepCheck.Checks.Templates(), Bicep.At("modules/app.bicep"), new Dictionary<string, object?>
        {
            ["location"] = "westeurope",
            ["token"] = "token",
            ["tags"] = new Dictionary<string, object?>(),
            ["deployPrincipalId"] = "deploy",
            ["subnetId"] = "",
            ["workspaceId"] = "workspace",
            ["identity"] = new Dictionary<string, object?> { ["id"] = "/identity", ["clientId"] = "11111111-2222-3333-4444-555555555555", ["principalId"] = "app" },
            ["instanceMemoryMB"] = 2048L,
            ["maximumInstanceCount"] = 40L,
            ["alwaysReadyHttp"] = 1L,
            ["requestsPerSecond"] = 50L,
            ["callers"] = new List<object?>(),
            ["settings"] = new Dictionary<string, object?> { ["Reports__CatchUp"] = "20.00:00:00" },
            ["hostName"] = "sthost",
            ["dataName"] = "stdata",
            ["insightsName"] = "appi",
            ["trainingJobId"] = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/group/providers/Microsoft.App/jobs/train",
            ["schedulerEndpoint"] = durableBackend == "scheduler" ? "https://scheduler.example" : "",
            ["taskHub"] = "tidemark",
            ["accessAudience"] = "api",
            ["runbookRoot"] = "https://example.com/",
        })!;
        var settings = Assert.Single(plan.Of("Microsoft.Web/sites/config"), c => c.Name == "appsettings");
        return ((IReadOnlyDictionary<string, object?>)settings["properties"]!).ToDictionary(
            s => s.Key.Replace("__", ":", StringComparison.Ordinal), s => s.Value is Unknown ? "https://known-when-deployed.example/" : s.Value?.ToString());
    }

    private static IEnumerable<string> Connection(string name) => ((string[])["credential", "clientId", "blobServiceUri", "queueServiceUri", "tableServiceUri"]).Select(part => $"{name}:{part}");
}
