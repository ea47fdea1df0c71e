using System.Text.Json;
using Tidemark.BicepCheck.Planning;
using Tidemark.Platform.Storage;
using Xunit;

namespace Tidemark.Tests.Infra;

/// <summary>What the templates deploy fits what the code expects.</summary>
public sealed class InfraTests
{
    private const string Account = "Microsoft.Storage/storageAccounts";

    [Fact]
    public void Storage_is_laid_out_as_the_code_names_it()
    {
        var data = Bicep.Full.Of(Account).Single(a => a.Name!.EndsWith("data", StringComparison.Ordinal));
        string[] Below(string type) => [.. Bicep.Full.Of($"{Account}/{type}").Where(r => r.Parent?.Parent == data).Names().Order()];

        Assert.Equal([.. StorageNames.Containers.All.Append("event-deadletter").Order()], Below("blobServices/containers"));
        Assert.Equal([.. StorageNames.Queues.All.Order()], Below("queueServices/queues"));
        Assert.Equal([.. StorageNames.Tables.All.Order()], Below("tableServices/tables"));
    }

    [Fact]
    public void New_blobs_are_told_to_the_queues_that_the_embedded_watcher_tells()
    {
        using var settings = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "functions/local.settings.example.json")));
        var watched = settings.RootElement.GetProperty("Values").EnumerateObject().Where(v => v.Name.StartsWith("BlobWatcher__", StringComparison.Ordinal))
            .Select(v => (Container: v.Name["BlobWatcher__".Length..], Queue: v.Value.GetString()!));

        var subscriptions = Bicep.Full.Of("Microsoft.EventGrid/systemTopics/eventSubscriptions").Select(s => (
            Container: ((string)s["properties.filter.subjectBeginsWith"]!)["/blobServices/default/containers/".Length..].TrimEnd('/'),
            Queue: (string)s["properties.deliveryWithResourceIdentity.destination.properties.queueName"]!));

        Assert.Equal(watched.Order(), subscriptions.Order());
        Assert.All(Bicep.Full.Of("Microsoft.EventGrid/systemTopics/eventSubscriptions"), s =>
        {
            Assert.Equal("CloudEventSchemaV1_0", s["properties.eventDeliverySchema"]);
            Assert.Null(s["properties.filter.subjectEndsWith"]);
            Assert.Equal("event-deadletter", s["properties.deadLetterWithResourceIdentity.deadLetterDestination.properties.blobContainerName"]);
        });
    }

    [Fact]
    public void The_topic_may_write_to_its_queues_and_its_dead_letters_alone()
    {
        var topic = Assert.Single(Bicep.Full.Of("Microsoft.EventGrid/systemTopics"));
        Assert.Equal("SystemAssigned", topic["identity.type"]);

        var senders = Assignments("c6a89b2d-59bc-44d0-9896-0f6e12d7b80a");

        Assert.Equal(["batch-intake", "feedback", "model-intake"], senders.Select(Scope).Select(s => s.Name).Order());
        Assert.All(senders.Select(Scope), scope => Assert.True(scope.Is($"{Account}/queueServices/queues")));
    }

    [Fact]
    public void The_trainer_reads_data_sets_and_writes_runs_and_nothing_else()
    {
        var access = Plan.Of(new BicepCheck.Checks.Templates(), Bicep.At("modules/access.bicep"), new Dictionary<string, object?>
        {
            ["hostName"] = "sthost",
            ["dataName"] = "stdata",
            ["insightsName"] = "appi",
            ["appPrincipalId"] = "app",
            ["trainerPrincipalId"] = "trainer",
            ["durableInStorage"] = true,
            ["training"] = true,
        })!;

        var rights = access.Of("Microsoft.Authorization/roleAssignments").Where(a => Equals(a["properties.principalId"], "trainer")).Select(a => (Scope(a).Name, Role(a)));

        Assert.Equal(
            [(StorageNames.Containers.Datasets, "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"), (StorageNames.Containers.Runs, "ba92f5b4-2d11-453d-a403-e96b0029c9fe"), (StorageNames.Tables.TrainingRuns, "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3")],
            rights.Order());
    }

    [Fact]
    public void Starting_training_takes_five_actions_on_one_job()
    {
        var starter = Assert.Single(Bicep.Full.Of("Microsoft.Authorization/roleDefinitions"), r => r.File.EndsWith("training.bicep", StringComparison.Ordinal));
        var permission = Assert.Single((IReadOnlyList<object?>)starter["properties.permissions"]!);

        Assert.Equal(
            ["Microsoft.App/jobs/read", "Microsoft.App/jobs/start/action", "Microsoft.App/jobs/stop/execution/action", "Microsoft.App/jobs/executions/read", "Microsoft.App/jobs/execution/read"],
            ((IEnumerable<object?>)((IReadOnlyDictionary<string, object?>)permission!)["actions"]!).Cast<string>());
        Assert.True(Scope(Assert.Single(Bicep.Full.Of("Microsoft.Authorization/roleAssignments"), a => Equals(a["properties.roleDefinitionId"], starter.Id))).Is("Microsoft.App/jobs"));
    }

    [Fact]
    public void A_training_job_runs_once_at_a_time_from_an_image_pinned_by_digest()
    {
        var job = Assert.Single(Bicep.Full.Of("Microsoft.App/jobs"));

        Assert.Equal(0L, job["properties.configuration.replicaRetryLimit"]);
        Assert.Equal(1L, job["properties.configuration.manualTriggerConfig.parallelism"]);
        Assert.Empty(Bicep.PlanOf("prod.bicepparam").Of("Microsoft.App/jobs")); // no image, no job: the registry comes first
        var environment = Assert.Single(Bicep.Full.Of("Microsoft.App/managedEnvironments"));
        Assert.Contains("Consumption-GPU-NC24-A100", JsonSerializer.Serialize(environment["properties.workloadProfiles"]));
    }

    private static List<PlannedResource> Assignments(string role) => [.. Bicep.Full.Of("Microsoft.Authorization/roleAssignments").Where(a => Role(a) == role)];

    private static string Role(PlannedResource assignment) => ((string)assignment["properties.roleDefinitionId"]!).Split('/')[^1];

    private static PlannedResource Scope(PlannedResource assignment) => Assert.IsType<PlannedResource>(assignment["scope"]);
}
