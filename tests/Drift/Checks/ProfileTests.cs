using System.Text.Json;
using Azure.Storage.Blobs;
using Tidemark.Drift.Profiles;
using Tidemark.Drift.Verdicts;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Platform.Tabular.Readers;
using Tidemark.Registry;
using Xunit;

namespace Tidemark.Tests.Drift.Checks;

[Collection(DriftStorageTests.Name)]
public sealed class ProfileTests(DriftStorage storage)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void A_stored_profile_reads_back_and_gives_the_same_verdict()
    {
        var random = new Random(7);
        Profile before = DriftTables.Profile(Rows(random, 20_000, 0)), now = DriftTables.Profile(Rows(random, 5_000, 0.3));
        Profile Again(Profile p) => JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(Document(p), ProfileJson.Default.StoredDocument), ProfileJson.Default.StoredDocument)!.ToDocument().Inputs;

        Assert.Equal(Verdict(before, now), Verdict(Again(before), Again(now)));
        Assert.Equal(before.State.Columns.Select(c => (c.Name, c.Cells, c.Moments)), Again(before).State.Columns.Select(c => (c.Name, c.Cells, c.Moments)));
        Assert.Equal(before.Find("text")!.Texts.Values(), Again(before).Find("text")!.Texts.Values());
        Assert.Equal(before.Find("x")!.Distinct.Estimate(), Again(before).Find("x")!.Distinct.Estimate());

        Profile merged = Again(before);
        merged.Merge(Again(now));
        Assert.Equal(25_000, merged.Rows);
        Assert.Equal(before.Find("x")!.Moments.Merge(now.Find("x")!.Moments), merged.Find("x")!.Moments);
        int bytes = JsonSerializer.SerializeToUtf8Bytes(Document(before), ProfileJson.Default.StoredDocument).Length;
        Assert.True(bytes < 3 * 45_000, $"{bytes} bytes for three columns");
    }

    [Fact]
    public async Task Reference_data_is_read_as_the_log_hides_it_and_labels_do_no_harm()
    {
        await using var host = await DriftProcess.StartAsync(storage.ConnectionString);
        var version = new VersionReference(DriftProcess.NewModel(), ModelVersion.Parse("1").Value);
        await host.SetAsync(version.Model, """{"log":{"personal":{"sex":"hash","age":"omit"}}}""");
        var csv = new MemoryStream("age,sex,label,output.score\n41,m,1,0.5\n42,f,0,0.25\n"u8.ToArray());
        ProfileDocument document = (await host.Get<ReferenceData>().ReadAsync(version, "upload", csv, DataFormat.Csv, Stop)).Value!;
        Assert.Equal(["sex", "label"], document.Inputs.Columns.Select(c => c.Name));
        Assert.Equal(["output.score"], document.Outputs.Columns.Select(c => c.Name));
        Assert.All(document.Inputs.Find("sex")!.Texts.Values(), v => Assert.StartsWith("h:", v.Text, StringComparison.Ordinal));

        await host.LogAsync(version.Model, DriftProcess.Noon, rows: 600);
        await host.Profiles.WriteReferenceAsync(version, document, tag: null, Stop);
        var check = Assert.Single((await host.CheckAsync(version.Model, DriftProcess.Noon)).Versions);
        Assert.Equal(["sex"], check.Features!.Columns.Select(c => c.Column)); // age is not logged, the label is no input
        Assert.DoesNotContain(check.Features.Columns, c => c.Unseen.Count > 0);
    }

    [Fact]
    public async Task The_lineage_of_a_version_names_its_reference()
    {
        await using var host = await DriftProcess.StartAsync(storage.ConnectionString);
        ModelName model = DriftProcess.NewModel();
        await new BlobServiceClient(storage.ConnectionString).GetBlobContainerClient(StorageNames.Containers.Datasets)
            .GetBlobClient($"{model}.csv").UploadAsync(BinaryData.FromString("age,sex\n" + string.Concat(Enumerable.Range(0, 500).Select(i => $"{30 + (i % 40)},m\n"))), Stop);
        var registered = await host.Get<Registration>().RegisterAsync(
            model, Registry.RegistryProcess.File(1), new ModelMetadata { Lineage = new Dictionary<string, string> { [References.LineageKey] = $"datasets/{model}.csv" } }, Tidemark.Platform.Http.Actor.Anonymous, Stop);
        Assert.True(registered.Ok);
        await host.LogAsync(model, DriftProcess.Noon, rows: 500);
        var check = Assert.Single((await host.CheckAsync(model, DriftProcess.Noon)).Versions);
        Assert.Equal($"datasets/{model}.csv", check.Reference);
        Assert.Equal([("f", true)], check.Features!.Find("sex")!.Unseen.Select(u => (u.Category, u.Share > 0.2)));
    }

    [Fact]
    public async Task Reference_data_without_rows_is_refused()
    {
        await using var host = await DriftProcess.StartAsync(storage.ConnectionString);
        var version = new VersionReference(DriftProcess.NewModel(), ModelVersion.Parse("1").Value);
        var refused = await host.Get<ReferenceData>().ReadAsync(version, "upload", new MemoryStream("age\n"u8.ToArray()), DataFormat.Csv, Stop);
        Assert.Equal(FailureKind.Unprocessable, refused.Failure!.Kind);
    }

    private static StoredDocument Document(Profile profile) =>
        StoredDocument.Of(new ProfileDocument { Model = "m", Version = "1", Source = "log", Inputs = profile, Outputs = new Profile() });

    private static string Verdict(Profile before, Profile now) => JsonSerializer.Serialize(DriftComparison.Compare(before, now, DriftPolicy.Default));

    private static Table Rows(Random random, int rows, double shift) => DriftTables.Of(
        ("x", _ => random.NextDouble() + shift, rows), ("few", _ => (double)random.Next(5), rows), ("text", i => i % 50 == 0 ? null : "c" + random.Next(300), rows));
}
