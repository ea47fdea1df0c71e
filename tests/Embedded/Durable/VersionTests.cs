using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Tidemark.Embedded;
using Xunit;

namespace Tidemark.Tests.Embedded.Durable;

/// <summary>Versions of instances, and settings of the hub.</summary>
public sealed class VersionTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Instances_have_the_default_version_unless_they_are_given_one_and_may_change_it_when_they_begin_anew()
    {
        await using Hub hub = await Hub.StartAsync(azurite, [typeof(Versions)], null, durable: "\"defaultVersion\": \"1.5\"");

        Assert.Equal(["1.5", "1.5", "3.0", "2.0"], (await hub.RunAsync(nameof(Versions.Show))).ReadOutputAs<string[]>()!);
        Assert.Equal("1.0", (await hub.RunAsync(nameof(Versions.Own), options: new StartOrchestrationOptions { Version = "1.0" })).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Instance_of_a_newer_version_waits_for_a_host_that_knows_it_or_fails()
    {
        const string Older = "\"versionMatchStrategy\": \"CurrentOrOlder\", \"defaultVersion\": ";
        await using Hub old = await Hub.StartAsync(azurite, [typeof(Versions)], null, durable: Older + "\"1.9\"");
        string id = await old.Client.ScheduleNewOrchestrationInstanceAsync(
            nameof(Versions.Own), new StartOrchestrationOptions { Version = "1.10" }, TestContext.Current.CancellationToken);
        Assert.Equal("1.2", (await old.RunAsync(nameof(Versions.Own), options: new StartOrchestrationOptions { Version = "1.2" })).ReadOutputAs<string>());
        Assert.Equal(OrchestrationRuntimeStatus.Pending, (await old.Client.GetInstanceAsync(id, TestContext.Current.CancellationToken))!.RuntimeStatus);

        await using Hub current = await Hub.StartAsync(azurite, [typeof(Versions)], null, old.Name, Older + "\"1.10\"");
        Assert.Equal("1.10", (await current.EndAsync(id)).ReadOutputAs<string>());

        await using Hub strict = await Hub.StartAsync(
            azurite, [typeof(Versions)], null, durable: "\"versionMatchStrategy\": \"Strict\", \"versionFailureStrategy\": \"Fail\", \"defaultVersion\": \"2\"");
        OrchestrationMetadata failed = await strict.RunAsync(nameof(Versions.Own), options: new StartOrchestrationOptions { Version = "1" });
        Assert.Equal("VersionMismatch", failed.FailureDetails!.ErrorType);
    }

    [Theory]
    [InlineData("1.9", "1.10", -1)]
    [InlineData("2", "2", 0)]
    [InlineData("b", "A", 1)]
    [InlineData("", "1", -1)]
    public void Versions_are_compared_by_number_where_they_are_numbers(string version, string other, int sign) =>
        Assert.Equal(sign, Math.Sign(OrchestrationVersions.Compare(version, other)));

    [Theory]
    [InlineData("hubName", "no-hyphen", "host.json: extensions.durableTask.hubName is \"no-hyphen\"; allowed is 3 to 45 letters and digits, a letter first.")]
    [InlineData("maxConcurrentActivityFunctions", "0", "host.json: extensions.durableTask.maxConcurrentActivityFunctions is \"0\"; allowed is a whole number of at least 1.")]
    [InlineData("versionMatchStrategy", "Newer", "host.json: extensions.durableTask.versionMatchStrategy is \"Newer\"; allowed is \"None\" or \"Strict\" or \"CurrentOrOlder\".")]
    [InlineData("storageProvider:type", "mssql", "host.json: extensions.durableTask.storageProvider.type is \"mssql\"; allowed is \"AzureStorage\".")]
    [InlineData("storageProvider:maxQueuePollingInterval", "soon", "host.json: extensions.durableTask.storageProvider.maxQueuePollingInterval is \"soon\"; allowed is a time (hh:mm:ss) of at least 00:00:00.1000000.")]
    public void Bad_setting_is_refused_with_its_path_value_and_what_is_allowed(string setting, string value, string reason)
    {
        IConfiguration host = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["version"] = "2.0", [$"extensions:durableTask:{setting}"] = value }).Build();

        Assert.Equal([reason], Assert.Throws<StartRefusedException>(() => HostSettings.Read(host)).Problems);
    }

    [Fact]
    public void The_suites_own_host_json_names_its_hub()
    {
        DurableSettings settings = HostSettings.Load(Repository.Root, new ConfigurationBuilder().Build()).Durable;

        Assert.Equal(("tidemark", "1.0", VersionMatch.CurrentOrOlder), (settings.HubName, settings.DefaultVersion, settings.MatchStrategy));
    }

    [Fact]
    public void Durable_functions_of_a_wrong_shape_are_refused_at_start()
    {
        StartRefusedException refused = Assert.Throws<StartRefusedException>(() => FunctionCatalog.Discover([typeof(Misshapen)]));

        Assert.Equal(
            [
                "AZFW0010: Tidemark.Tests.Embedded.Durable.VersionTests+Misshapen.Text: the orchestration trigger 'context' is a String; make it TaskOrchestrationContext.",
                "Tidemark.Tests.Embedded.Durable.VersionTests+Misshapen.Two: the orchestrator has 2 further parameters (one, two); keep one, which becomes its input.",
                "Tidemark.Tests.Embedded.Durable.VersionTests+Misshapen.Impure: parameter 'client' gives an orchestrator a durable client, which would break its replay; use the context, or an activity.",
                "Tidemark.Tests.Embedded.Durable.VersionTests+Misshapen.Other: parameter 'client' has [DurableClient] and is a String; make it DurableTaskClient.",
                "Tidemark.Tests.Embedded.Durable.VersionTests+Misshapen.Elsewhere: parameter 'client' names a task hub or connection of its own; the embedded runtime has the one hub of host.json.",
                "AZFW0012: Tidemark.Tests.Embedded.Durable.VersionTests+Misshapen.Retried: FixedDelayRetryAttribute does not work on ActivityTriggerAttribute; a queue has its own tries (host.json maxDequeueCount), a call of an activity its TaskOptions.",
            ],
            refused.Problems);
    }

    public sealed class Versions
    {
        [Function(nameof(Show))]
        public static async Task<string[]> Show([OrchestrationTrigger] TaskOrchestrationContext context, string[]? before)
        {
            if (before is not null) return [.. before, context.Version];
            string child = await context.CallSubOrchestratorAsync<string>(nameof(Own));
            string other = await context.CallSubOrchestratorAsync<string>(nameof(Own), new SubOrchestrationOptions { Version = "3.0" });
            context.ContinueAsNew(new ContinueAsNewOptions { NewInput = (string[])[context.Version, child, other], NewVersion = "2.0" });
            return [];
        }

        [Function(nameof(Own))]
        public static Task<string> Own([OrchestrationTrigger] TaskOrchestrationContext context) => Task.FromResult(context.Version);
    }

    public sealed class Misshapen
    {
        [Function(nameof(Text))]
        public static Task Text([OrchestrationTrigger] string context) => Task.CompletedTask;

        [Function(nameof(Two))]
        public static Task Two([OrchestrationTrigger] TaskOrchestrationContext context, string one, string two) => Task.CompletedTask;

        [Function(nameof(Impure))]
        public static Task Impure([OrchestrationTrigger] TaskOrchestrationContext context, [DurableClient] DurableTaskClient client) => Task.CompletedTask;

        [Function(nameof(Other))]
        public static Task Other([TimerTrigger("0 0 * * * *")] TimerInfo timer, [DurableClient] string client) => Task.CompletedTask;

        [Function(nameof(Elsewhere))]
        public static Task Elsewhere([TimerTrigger("0 0 * * * *")] TimerInfo timer, [DurableClient(TaskHub = "x")] DurableTaskClient client) => Task.CompletedTask;

        [Function(nameof(Retried))]
        [FixedDelayRetry(1, "00:00:01")]
        public static Task Retried([ActivityTrigger] string input) => Task.CompletedTask;
    }
}
