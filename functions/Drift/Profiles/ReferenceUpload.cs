using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Platform.Storage;
using Tidemark.Platform.Tabular;
using Tidemark.Platform.Tabular.Readers;
using Tidemark.Registry;

namespace Tidemark.Drift.Profiles;

/// <summary>Training data that a caller sends, as the reference of a version in place of what stood there.</summary>
public sealed class ReferenceUpload(ReferenceData data, ProfileStore profiles, ModelDirectory directory)
{
    public async Task<Outcome<ProfileDocument>> StoreAsync(VersionReference version, HttpRequest request, CancellationToken cancellation)
    {
        var known = await directory.ResolveAsync(version.Model, version.Version, cancellation);
        if (!known.Ok)
            return known.As<ProfileDocument>();
        var document = DataFormats.OfContentType(request.ContentType) is { } format
            ? await data.ReadAsync(version, "upload", request.Body, format, cancellation)
            : await (await JsonBody.ObjectAsync(request, cancellation)).ThenAsync(body => OfJsonAsync(version, body, cancellation));
        if (document.Ok)
            await profiles.WriteReferenceAsync(version, document.Value, tag: null, cancellation);
        return document;
    }

    private async Task<Outcome<ProfileDocument>> OfJsonAsync(VersionReference version, JsonElement body, CancellationToken cancellation)
    {
        Outcome<Table> table;
        switch (body.EnumerateObject().ToArray())
        {
            case [{ Name: "blob", Value: { ValueKind: JsonValueKind.String } name }]:
                return await BlobReference.Parse(name.GetString()).ThenAsync(blob => data.ReadAsync(version, blob, cancellation));
            case [{ Name: "rows" } rows]:
                table = JsonTable.FromRows(rows.Value);
                break;
            case [{ Name: "columns" } columns]:
                table = JsonTable.FromColumns(columns.Value);
                break;
            default:
                return new Failure(FailureKind.Malformed, "No data", "Send CSV (text/csv) or JSON lines (application/jsonl), or JSON with one of \"rows\", \"columns\", \"blob\": \"container/path.csv\".");
        }

        return await table.ThenAsync(t => data.ReadAsync(version, t, cancellation));
    }
}
