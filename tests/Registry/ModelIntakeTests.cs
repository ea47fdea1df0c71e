using System.Text;
using Azure.Data.Tables;
using Tidemark.Platform.Storage;
using Tidemark.Registry;
using Tidemark.Tests.Platform;
using Tidemark.Tests.Platform.Inference;
using Xunit;
using static Tidemark.Tests.Registry.RegistryProcess;

namespace Tidemark.Tests.Registry;

public sealed class ModelIntakeTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_dropped_file_with_metadata_becomes_a_sealed_version_however_often_and_late_its_event_comes()
    {
        await using var process = await StartAsync(azurite);
        var model = NewModel();
        await DropAsync(process, $"{model}/2026-11/metadata.json", """{"description":"dropped","createdBy":"nightly","metrics":{"auc":0.8}}""");
        await DropAsync(process, $"{model}/2026-11/model.onnx", File(1).Bytes);
        string message = Events.Created($"{model}/2026-11/model.onnx");

        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => process.Intake.TakeAsync(i % 2 == 0 ? message : Convert.ToBase64String(Encoding.UTF8.GetBytes(message)), Stop))));
        await process.Intake.TakeAsync(message, Stop);

        var view = (await process.Versions.VersionAsync(new(model, Version("2026-11")), Stop)).Value!;
        Assert.Equal((VersionState.Sealed, "nightly", "dropped", 0.8), (view.State, view.CreatedBy, view.Manifest!.Description, view.Manifest.Metrics["auc"]));
        Assert.Single(await process.AuditAsync(model), a => a.Action == "version-sealed");
        Assert.Contains(model, (await process.Directory.ListAsync(Stop)).Value!);
        var posted = await process.Registration.RegisterAsync(model, File(1), new ModelMetadata(), Tidemark.Platform.Http.Actor.Anonymous, Stop);
        Assert.Equal((false, "2026-11"), (posted.Value!.Created, posted.Value.Manifest.Version));
    }

    [Theory]
    [InlineData("random bytes", "not an ONNX model")]
    [InlineData("zipmap", "zipmap")]
    public async Task A_file_that_cannot_be_served_is_rejected_with_the_reason_and_may_be_corrected(string what, string reason)
    {
        await using var process = await StartAsync(azurite);
        var model = NewModel();
        var version = new VersionReference(model, Version("1"));
        await DropAsync(process, $"{version}/model.onnx", what == "zipmap" ? Models.ZipMap().ToBytes() : "nonsense"u8.ToArray());
        await process.Intake.TakeAsync(Events.Created($"{version}/model.onnx"), Stop);
        await process.Intake.TakeAsync(Events.Created($"{version}/model.onnx"), Stop);

        var rejected = (await process.Versions.VersionAsync(version, Stop)).Value!;
        Assert.Equal(VersionState.Rejected, rejected.State);
        Assert.Contains(reason, rejected.Reason, StringComparison.Ordinal);
        Assert.Single(await process.AuditAsync(model), a => a.Action == "version-rejected" && a.Detail == rejected.Reason);

        await DropAsync(process, $"{version}/model.onnx", File(1).Bytes);
        await process.Intake.TakeAsync(Events.Created($"{version}/model.onnx"), Stop);
        Assert.Equal(VersionState.Sealed, (await process.Versions.VersionAsync(version, Stop)).Value!.State);
    }

    [Theory]
    [InlineData("""{"version":"9"}""", "folder says")]
    [InlineData("""{"descripton":"typo"}""", "$.descripton")]
    [InlineData("""{"metrics":{"auc":1e999}}""", "$.metrics.auc")]
    [InlineData("[", "metadata.json")]
    public async Task Metadata_that_cannot_be_kept_rejects_the_drop(string json, string named)
    {
        await using var process = await StartAsync(azurite);
        var version = new VersionReference(NewModel(), Version("1"));
        await DropAsync(process, $"{version}/metadata.json", json);
        await DropAsync(process, $"{version}/model.onnx", File(1).Bytes);

        await process.Intake.TakeAsync(Events.Created($"{version}/model.onnx"), Stop);

        var view = (await process.Versions.VersionAsync(version, Stop)).Value!;
        Assert.Equal(VersionState.Rejected, view.State);
        Assert.Contains(named, view.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_over_the_limit_is_rejected_unread()
    {
        await using var process = await StartAsync(azurite, maxModelBytes: 50);
        var version = new VersionReference(NewModel(), Version("1"));
        await DropAsync(process, $"{version}/model.onnx", File(1).Bytes);

        await process.Intake.TakeAsync(Events.Created($"{version}/model.onnx"), Stop);
        await process.Intake.TakeAsync(Events.Created($"{version}/model.onnx"), Stop);

        var view = (await process.Versions.VersionAsync(version, Stop)).Value!;
        Assert.Equal(VersionState.Rejected, view.State);
        Assert.Contains("limit is 50", view.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Heart/1/model.onnx", "'Heart' is not a model name")]
    [InlineData("heart/../model.onnx", "'..' is not a model version")]
    [InlineData("a/b/c/model.onnx", "does not read")]
    public async Task A_path_that_names_no_version_is_audited_once_and_consumed(string path, string reason)
    {
        await using var process = await StartAsync(azurite);
        string message = Events.Created(path);

        await process.Intake.TakeAsync(message, Stop);
        await process.Intake.TakeAsync(message, Stop);

        string hash = ModelFile.Of(Encoding.UTF8.GetBytes(message)).Sha256;
        var table = new TableServiceClient(azurite.ConnectionString).GetTableClient(StorageNames.Tables.Models);
        var row = (await table.GetEntityAsync<AuditRow>(ModelIntake.Partition, "audit:" + hash, cancellationToken: Stop)).Value;
        Assert.Contains(reason, row.Detail, StringComparison.Ordinal);
        Assert.Contains(path, row.Subject, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_files_and_other_containers_are_none_of_its_business()
    {
        var faults = StorageFaults.None;
        await using var process = await StartAsync(azurite, faults);

        await process.Intake.TakeAsync(Events.Created("heart/1/manifest.json"), Stop);
        await process.Intake.TakeAsync(Events.Created("heart/1/model.onnx", container: "incoming"), Stop);

        Assert.Equal(0, faults.Requests);
    }

    [Fact]
    public async Task Survives_kill_at_every_request_of_a_drop()
    {
        for (int n = 1; n <= 60; n++)
        {
            await using var dies = await StartAsync(azurite, StorageFaults.At(n, n % 2 == 0 ? Fault.KilledAfter : Fault.KilledBefore));
            await using var next = await StartAsync(azurite);
            var version = new VersionReference(NewModel(), Version("1"));
            await DropAsync(next, $"{version}/model.onnx", File(1).Bytes);
            string message = Events.Created($"{version}/model.onnx");

            bool finished = await KilledOr(async () => await Done(dies.Intake.TakeAsync(message, Stop)), killed: false);
            await next.Intake.TakeAsync(message, Stop);

            Assert.Equal(VersionState.Sealed, Assert.Single(await next.RowsAsync(version.Model)).State);
            Assert.Single(await next.AuditAsync(version.Model), a => a.Action == "version-sealed");
            if (finished) return;
        }

        Assert.Fail("The drop never came to its end.");
    }

    [Fact]
    public async Task A_drop_while_storage_is_down_is_left_to_be_tried_again()
    {
        await using var process = await StartAsync(azurite, new StorageFaults(_ => Fault.Down));

        var error = await Record.ExceptionAsync(() => process.Intake.TakeAsync(Events.Created("heart/1/model.onnx"), Stop));

        Assert.True(StorageOutage.Is(error!), error?.ToString());
    }

    private static async Task<bool> Done(Task work)
    {
        await work;
        return true;
    }

    private static Task DropAsync(RegistryProcess process, string path, string text) => DropAsync(process, path, Encoding.UTF8.GetBytes(text));

    private static async Task DropAsync(RegistryProcess process, string path, byte[] bytes) =>
        await process.Container.GetBlobClient(path).UploadAsync(new BinaryData(bytes), overwrite: true, Stop);
}
