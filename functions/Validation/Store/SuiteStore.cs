using System.Text.Json.Nodes;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Platform.Storage;
using Tidemark.Validation.Suites;

namespace Tidemark.Validation.Store;

/// <summary>
/// Versions of suites as blobs: <c>{model}/{suite}/current.json</c> changes under its ETag, and what it held before was first copied to
/// <c>{model}/{suite}/{version}.json</c>. A killed change leaves the old version whole; of concurrent ones exactly one wins.
/// </summary>
public sealed class SuiteStore(BlobServiceClient service, TimeProvider clock)
{
    private readonly BlobContainerClient container = service.GetBlobContainerClient(StorageNames.Containers.Suites);

    public async Task<Outcome<StoredSuite>> ReadAsync(SuiteReference suite, CancellationToken cancellation)
    {
        Document? current = await ReadAsync(Current(suite), cancellation);
        if (current is not null && (suite.Version is null || suite.Version == current.Version))
            return current.Stored(tagged: true);
        Document? earlier = suite.Version is null || current is null ? null : await ReadAsync(Archived(suite, suite.Version.Value), cancellation);
        return earlier is not null ? earlier.Stored(tagged: false) : Unknown(suite);
    }

    /// <summary>Stores the next version when the condition holds for the current one.</summary>
    public async Task<Outcome<StoredSuite>> WriteAsync(SuiteReference suite, ExpectationSuite content, Precondition condition, Actor by, CancellationToken cancellation)
    {
        Document? current = await ReadAsync(Current(suite), cancellation);
        if (!condition.Holds(current?.Tag))
            return Changed(suite, current);
        if (current is not null)
            await Archived(suite, current.Version).UploadAsync(BinaryData.FromString(current.Text()), overwrite: true, cancellation);
        var next = new Document((current?.Version ?? 0) + 1, Guid.NewGuid().ToString("N"), clock.GetUtcNow(), by.ToString(), SuiteJson.Write(content), Tag: null);
        return await SwapAsync(suite, current, next, cancellation) is { } tag ? (next with { Tag = tag }).Stored(tagged: true) : Changed(suite, null);
    }

    /// <summary>The new entity tag, or null when another change came first. A 412 to a repeated call may mean that the first arrived.</summary>
    private async Task<string?> SwapAsync(SuiteReference suite, Document? current, Document next, CancellationToken cancellation)
    {
        BlobRequestConditions conditions = current is null ? new() { IfNoneMatch = ETag.All } : new() { IfMatch = new ETag(current.Tag!) };
        var options = new BlobUploadOptions { Conditions = conditions, HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" } };
        try
        {
            BlobContentInfo written = await Current(suite).UploadAsync(BinaryData.FromString(next.Text()), options, cancellation);
            return written.ETag.ToString("H");
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            Document? found = await ReadAsync(Current(suite), cancellation);
            return found?.Token == next.Token ? found.Tag : null;
        }
    }

    private static async Task<Document?> ReadAsync(BlobClient blob, CancellationToken cancellation)
    {
        try
        {
            BlobDownloadResult read = await blob.DownloadContentAsync(cancellation);
            return Document.Parse(JsonNode.Parse(read.Content.ToMemory().Span)!.AsObject(), read.Details.ETag.ToString("H"));
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    private BlobClient Current(SuiteReference suite) => container.GetBlobClient($"{suite.Model}/{suite.Suite}/current.json");

    private BlobClient Archived(SuiteReference suite, int version) => container.GetBlobClient($"{suite.Model}/{suite.Suite}/{version}.json");

    private static Failure Unknown(SuiteReference suite) => new(FailureKind.NotFound, "No such suite", $"There is no suite {suite}. PUT /api/models/{suite.Model}/suites/{suite.Suite} stores one.");

    private static Failure Changed(SuiteReference suite, Document? current) => new(
        FailureKind.PreconditionFailed, "Suite has changed",
        $"The suite {suite} is {(current is null ? "not what the condition says" : $"at version {current.Version} with the ETag {current.Tag}")}. Read it again and repeat the change with its ETag in If-Match.");

    /// <summary>The blob's text: the suite and what is known of the version.</summary>
    private sealed record Document(int Version, string Token, DateTimeOffset Created, string By, JsonObject Suite, string? Tag)
    {
        public static Document Parse(JsonObject json, string tag) => new(
            json["version"]!.GetValue<int>(), json["token"]!.GetValue<string>(), json["created"]!.GetValue<DateTimeOffset>(),
            json["createdBy"]!.GetValue<string>(), json["suite"]!.AsObject(), tag);

        public string Text() => new JsonObject
        {
            ["version"] = Version,
            ["token"] = Token,
            ["created"] = Created,
            ["createdBy"] = By,
            ["suite"] = Suite.DeepClone(),
        }.ToJsonString();

        public Outcome<StoredSuite> Stored(bool tagged) =>
            SuiteJson.Parse(Suite).Map(suite => new StoredSuite(Version, tagged ? Tag : null, suite, Created, By));
    }
}
