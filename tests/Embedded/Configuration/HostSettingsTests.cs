using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Configuration;

public sealed class HostSettingsTests
{
    private static readonly IConfiguration Nothing = new ConfigurationBuilder().Build();

    [Fact]
    public void Reads_our_own_host_json()
    {
        HostSettings settings = HostSettings.Load(Repository.Root, Nothing);

        Assert.Equal("", settings.Http.RoutePrefix);
        Assert.False(settings.Queues.Base64);
        Assert.Equal(TimeSpan.FromMinutes(30), settings.FunctionTimeout);
        Assert.Equal(LogLevel.Warning, settings.LogLevels["Host.Aggregator"]);
        Assert.Equal("OpenTelemetry", settings.TelemetryMode);
    }

    [Fact]
    public void Smallest_host_json_has_the_defaults_of_the_genuine_host()
    {
        HostSettings settings = Read("""{ "version": "2.0" }""");

        Assert.Equal(new HttpSettings("api", null, null), settings.Http);
        Assert.Equal(
            new QueueSettings(16, 8 * Environment.ProcessorCount, TimeSpan.FromMinutes(1), TimeSpan.Zero, 5, Base64: true),
            settings.Queues);
        Assert.Equal(new SingletonSettings(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1)), settings.Singleton);
        Assert.Equal(TimeSpan.FromMinutes(30), settings.FunctionTimeout);
        Assert.Null(settings.TelemetryMode);
    }

    [Theory]
    [InlineData("extensions:queues:batchSize", "0", "a whole number from 1 to 32")]
    [InlineData("extensions:queues:batchSize", "33", "a whole number from 1 to 32")]
    [InlineData("extensions:queues:batchSize", "many", "a whole number from 1 to 32")]
    [InlineData("extensions:queues:newBatchThreshold", "-1", "a whole number of at least 0")]
    [InlineData("extensions:queues:maxPollingInterval", "00:00:00.099", "a time (hh:mm:ss) of at least 00:00:00.1000000")]
    [InlineData("extensions:queues:maxPollingInterval", "soon", "a time (hh:mm:ss) of at least 00:00:00.1000000")]
    [InlineData("extensions:queues:visibilityTimeout", "-00:00:01", "a time (hh:mm:ss) from 00:00:00 to 7.00:00:00")]
    [InlineData("extensions:queues:maxDequeueCount", "0", "a whole number of at least 1")]
    [InlineData("extensions:queues:messageEncoding", "utf16", "\"base64\" or \"none\"")]
    [InlineData("extensions:http:maxOutstandingRequests", "-2", "a whole number of at least -1")]
    [InlineData("functionTimeout", "00:00:00", "a time (hh:mm:ss) of at least 00:00:01, or -1 for unbounded")]
    [InlineData("functionTimeout", "-00:05:00", "a time (hh:mm:ss) of at least 00:00:01, or -1 for unbounded")]
    [InlineData("singleton:listenerLockPeriod", "00:00:14", "a time (hh:mm:ss) from 00:00:15 to 00:01:00")]
    [InlineData("singleton:listenerLockRecoveryPollingInterval", "00:00:01", "a time (hh:mm:ss) of at least 00:00:15")]
    [InlineData("logging:logLevel:default", "Loud", "\"Trace\" or \"Debug\" or \"Information\" or \"Warning\" or \"Error\" or \"Critical\" or \"None\"")]
    [InlineData("version", "1.0", "\"2.0\"")]
    public void What_the_genuine_host_refuses_is_refused_with_path_value_and_allowed_range(string path, string value, string allowed)
    {
        var refused = Assert.Throws<StartRefusedException>(() => Read("""{ "version": "2.0" }""", (path, value)));

        Assert.Equal([$"host.json: {path.Replace(':', '.')} is \"{value}\"; allowed is {allowed}."], refused.Problems);
    }

    [Fact]
    public void Every_mistake_is_reported_at_once()
    {
        var refused = Assert.Throws<StartRefusedException>(() => Read("""{ "extensions": { "queues": { "batchSize": 64, "maxDequeueCount": 0 } } }"""));

        Assert.Equal(3, refused.Problems.Count);
        Assert.Contains("host.json: version is missing; allowed is \"2.0\".", refused.Problems);
    }

    [Fact]
    public void Limits_and_timeout_of_minus_one_mean_unbounded()
    {
        HostSettings settings = Read("""{ "version": "2.0", "functionTimeout": "-1", "extensions": { "http": { "maxConcurrentRequests": -1, "maxOutstandingRequests": 7 } } }""");

        Assert.Null(settings.FunctionTimeout);
        Assert.Equal(new HttpSettings("api", 7, null), settings.Http);
    }

    [Fact]
    public void Application_settings_override_the_file_as_in_Azure()
    {
        IConfiguration application = new ConfigurationBuilder()
            .AddInMemoryCollection([new("AzureFunctionsJobHost:extensions:queues:batchSize", "3")])
            .Build();

        Assert.Equal(3, HostSettings.Load(Repository.Root, application).Queues.BatchSize);
    }

    [Fact]
    public void Missing_or_broken_file_is_named_with_the_remedy()
    {
        using TemporaryFolder folder = new();
        Assert.Contains("is missing; the smallest one is", Assert.Throws<StartRefusedException>(() => HostSettings.Load(folder.Path, Nothing)).Message);

        File.WriteAllText(Path.Combine(folder.Path, "host.json"), "{ \"version\": ");
        Assert.Contains("can't be read", Assert.Throws<StartRefusedException>(() => HostSettings.Load(folder.Path, Nothing)).Message);
    }

    private static HostSettings Read(string json, params (string Path, string Value)[] also) =>
        HostSettings.Read(new ConfigurationBuilder()
            .AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json)))
            .AddInMemoryCollection(also.Select(setting => KeyValuePair.Create(setting.Path, (string?)setting.Value)))
            .Build());
}
