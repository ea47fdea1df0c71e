using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Registry;
using Tidemark.Tests.Platform;
using Xunit;
using static Tidemark.Tests.Registry.RegistryProcess;

namespace Tidemark.Tests.Registry;

public sealed class RegistrationTests(AzuriteFixture azurite)
{
    private const int MostRequests = 60;

    [Fact]
    public async Task Seals_a_version_that_says_what_it_takes_and_gives()
    {
        await using var process = await RegistryProcess.StartAsync(azurite);
        var model = NewModel();
        var metadata = new ModelMetadata { Description = "three weights", Tags = new Dictionary<string, string> { ["team"] = "heart" }, Metrics = new Dictionary<string, double> { ["auc"] = 0.91 }, ClassLabels = ["no", "yes"] };

        var registered = await process.Registration.RegisterAsync(model, File(1), metadata, Actor.Parse("nurse").Value, Stop);

        Assert.True(registered.Value!.Created);
        var manifest = (await process.Versions.VersionAsync(new(model, Version("1")), Stop)).Value!.Manifest!;
        Assert.Equal(File(1).Sha256, manifest.Sha256);
        Assert.Equal("x", Assert.Single(manifest.Inputs).Name);
        Assert.Equal([-1, 3], manifest.Inputs[0].Shape);
        Assert.Equal(("nurse", "three weights", "heart", 0.91), (manifest.CreatedBy, manifest.Description, manifest.Tags["team"], manifest.Metrics["auc"]));
        Assert.Equal(["no", "yes"], manifest.ClassLabels!);
    }

    [Fact]
    public async Task Same_bytes_again_find_the_version_that_they_are()
    {
        await using var process = await RegistryProcess.StartAsync(azurite);
        var model = NewModel();

        await process.RegisterAsync(model, 1);
        await process.RegisterAsync(model, 2);
        var again = await process.Registration.RegisterAsync(model, File(1), new ModelMetadata(), Actor.Anonymous, Stop);

        Assert.Equal((false, "1"), (again.Value!.Created, again.Value.Manifest.Version));
        Assert.Equal(2, (await process.RowsAsync(model)).Count);
    }

    [Fact]
    public async Task Concurrent_uploads_of_one_file_make_one_version()
    {
        await using var process = await RegistryProcess.StartAsync(azurite);
        var model = NewModel();

        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            Task.Run(() => process.Registration.RegisterAsync(model, File(1), new ModelMetadata(), Actor.Anonymous, Stop))));

        Assert.All(all, r => Assert.Equal("1", r.Value!.Manifest.Version));
        Assert.Single(all, r => r.Value!.Created);
        Assert.Single(await process.RowsAsync(model));
    }

    [Fact]
    public async Task Concurrent_uploads_of_different_files_get_the_numbers_without_a_gap()
    {
        await using var process = await RegistryProcess.StartAsync(azurite);
        var model = NewModel();

        var versions = await Task.WhenAll(Enumerable.Range(1, 12).Select(seed => Task.Run(() => process.RegisterAsync(model, seed))));

        Assert.Equal(Enumerable.Range(1, 12).Select(n => n.ToString()), versions.Select(v => v.ToString()).OrderBy(int.Parse));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Survives_kill_at_every_request_and_makes_one_sealed_version(bool afterwards)
    {
        var fault = afterwards ? Fault.KilledAfter : Fault.KilledBefore;
        int killed = 0;
        for (int n = 1; n <= MostRequests; n++)
        {
            var model = NewModel();
            await using var dies = await RegistryProcess.StartAsync(azurite, StorageFaults.At(n, fault));
            bool finished = await KilledOr(async () => (await dies.RegisterAsync(model, 1)).ToString() == "1", killed: false);
            killed += finished ? 0 : 1;

            await using var next = await RegistryProcess.StartAsync(azurite);
            Assert.Equal("1", (await next.RegisterAsync(model, 1)).ToString());
            Assert.Equal(VersionState.Sealed, Assert.Single(await next.RowsAsync(model)).State);
            Assert.Single(await next.AuditAsync(model), a => a.Action == "version-sealed");
            Assert.True((await next.Directory.DownloadAsync(model, Version("1"), Stop)).Ok);
            if (finished) break;
        }

        Assert.InRange(killed, 5, MostRequests - 1);
    }

    [Fact]
    public async Task An_upload_that_was_broken_off_is_finished_by_its_own_event()
    {
        for (int n = 1; n <= MostRequests; n++)
        {
            var model = NewModel();
            await using var dies = await RegistryProcess.StartAsync(azurite, StorageFaults.At(n, Fault.KilledAfter));
            bool finished = await KilledOr(async () => (await dies.RegisterAsync(model, 1)).ToString() == "1", killed: false);

            await using var next = await RegistryProcess.StartAsync(azurite);
            bool uploaded = await next.Container.GetBlobClient($"{model}/1/model.onnx").ExistsAsync(Stop);
            await next.Intake.TakeAsync(Events.Created($"{model}/1/model.onnx"), Stop);
            await next.Intake.TakeAsync(Events.Created($"{model}/1/model.onnx"), Stop);

            Assert.Equal(uploaded, (await next.RowsAsync(model)) is [{ State: VersionState.Sealed }]);
            if (finished) return;
        }

        Assert.Fail("The registration never came to its end.");
    }

    [Fact]
    public async Task A_lost_answer_at_any_request_changes_nothing_in_the_outcome()
    {
        for (int n = 1; n <= MostRequests; n++)
        {
            var model = NewModel();
            var faults = StorageFaults.At(n, Fault.AnswerLost);
            await using var process = await RegistryProcess.StartAsync(azurite, faults);

            var registered = await process.Registration.RegisterAsync(model, File(1), new ModelMetadata(), Actor.Anonymous, Stop);

            Assert.Equal((true, "1"), (registered.Value!.Created, registered.Value.Manifest.Version));
            Assert.Equal(VersionState.Sealed, Assert.Single(await process.RowsAsync(model)).State);
            if (faults.Requests < n) return;
        }

        Assert.Fail("The registration never came to its end.");
    }

    [Fact]
    public async Task A_file_that_is_no_model_is_refused_and_takes_no_number()
    {
        await using var process = await RegistryProcess.StartAsync(azurite);
        var model = NewModel();
        byte[] whole = File(1).Bytes;

        foreach (byte[] bytes in new[] { [], "hello"u8.ToArray(), whole[..(whole.Length / 2)] })
        {
            var refused = await process.Registration.RegisterAsync(model, ModelFile.Of(bytes), new ModelMetadata(), Actor.Anonymous, Stop);
            Assert.Equal(FailureKind.Unprocessable, refused.Failure!.Kind);
        }

        Assert.Equal("1", (await process.RegisterAsync(model, 1)).ToString());
    }

    [Fact]
    public async Task A_chosen_version_belongs_to_its_first_file()
    {
        await using var process = await RegistryProcess.StartAsync(azurite);
        var model = NewModel();
        var chosen = new ModelMetadata { Version = "2026.11-a" };

        var first = await process.Registration.RegisterAsync(model, File(1), chosen, Actor.Anonymous, Stop);
        var same = await process.Registration.RegisterAsync(model, File(1), chosen, Actor.Anonymous, Stop);
        var other = await process.Registration.RegisterAsync(model, File(2), chosen, Actor.Anonymous, Stop);

        Assert.Equal((true, false), (first.Value!.Created, same.Value!.Created));
        Assert.Equal(FailureKind.Conflict, other.Failure!.Kind);
        Assert.Contains("2026.11-a", other.Failure.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_strangers_file_at_the_next_number_is_passed_by_and_keeps_its_place()
    {
        await using var process = await RegistryProcess.StartAsync(azurite);
        var model = NewModel();
        await process.Container.UploadBlobAsync($"{model}/1/model.onnx", new BinaryData(File(7).Bytes), Stop);

        Assert.Equal("2", (await process.RegisterAsync(model, 1)).ToString());
        await process.Intake.TakeAsync(Events.Created($"{model}/1/model.onnx"), Stop);

        var dropped = (await process.Versions.VersionAsync(new(model, Version("1")), Stop)).Value!;
        Assert.Equal((VersionState.Sealed, File(7).Sha256), (dropped.State, dropped.Manifest!.Sha256));
    }

    [Fact]
    public async Task A_file_replaced_after_sealing_is_found_out_and_refused()
    {
        await using var process = await RegistryProcess.StartAsync(azurite);
        var model = NewModel();
        var version = await process.RegisterAsync(model, 1);
        await process.Container.GetBlobClient($"{model}/1/model.onnx").UploadAsync(new BinaryData(File(2).Bytes), overwrite: true, Stop);

        await process.Intake.TakeAsync(Events.Created($"{model}/1/model.onnx"), Stop);
        await process.Intake.TakeAsync(Events.Created($"{model}/1/model.onnx"), Stop);
        var refused = await process.Directory.DownloadAsync(model, version, Stop);

        Assert.Equal(FailureKind.DataLoss, refused.Failure!.Kind);
        Assert.Single(await process.AuditAsync(model), a => a.Action == "file-changed-after-sealing");
        Assert.Equal(File(1).Sha256, Assert.Single(await process.RowsAsync(model)).Sha256);
    }

    [Fact]
    public async Task A_deleted_number_is_not_given_out_again()
    {
        await using var process = await RegistryProcess.StartAsync(azurite);
        var model = NewModel();
        var first = new VersionReference(model, await process.RegisterAsync(model, 1));

        Assert.True((await process.Versions.DeleteAsync(first, Actor.Anonymous, Stop)).Ok);
        Assert.True((await process.Versions.DeleteAsync(first, Actor.Anonymous, Stop)).Ok);

        Assert.Equal(FailureKind.Gone, (await process.Versions.VersionAsync(first, Stop)).Failure!.Kind);
        Assert.Equal(FailureKind.Gone, (await process.Directory.ResolveAsync(model, first.Version, Stop)).Failure!.Kind);
        Assert.Equal("2", (await process.RegisterAsync(model, 1)).ToString());
        Assert.False(await process.Container.GetBlobClient($"{model}/1/model.onnx").ExistsAsync(Stop));
    }
}
