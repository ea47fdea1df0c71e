using System.Text.Json.Nodes;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;
using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Platform.Tabular.Readers;
using Tidemark.Validation.Logs;
using Tidemark.Validation.Sources;
using Tidemark.Validation.Store;
using Tidemark.Validation.Suites;

namespace Tidemark.Validation;

/// <summary>Runs a suite on the data of a request: rows at hand, or a file in storage, read as a stream.</summary>
public sealed class Validator(SuiteStore suites, SuiteBindings bindings, DataSource sources, LoggedInputs logs, TimeProvider clock)
{
    /// <param name="request">Suite and data.</param>
    /// <param name="profile">Sees the rows of a log too; null for none.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async Task<Outcome<ValidationResult>> ValidateAsync(ValidationRequest request, Profile? profile, CancellationToken cancellation)
    {
        if (request.Log is { } day)
            return await LogAsync(request, day, profile, cancellation);
        Outcome<ExpectationSuite> suite = await SuiteAsync(request, cancellation);
        if (!suite.Ok)
            return suite.As<ValidationResult>();
        var run = new SuiteRun(suite.Value, request.Options with { Clock = clock });
        if (request.Blob is not null)
            return await ReadAsync(request.Blob, run, cancellation);
        run.Observe(request.Table!);
        return run.Conclude();
    }

    /// <summary>Bytes of the request's file; 0 when the data is in the request.</summary>
    public Task<Outcome<long>> SizeAsync(ValidationRequest request, CancellationToken cancellation) =>
        request.Blob is { } blob ? sources.SizeAsync(blob, cancellation) : Task.FromResult<Outcome<long>>(0L);

    private async Task<Outcome<ExpectationSuite>> SuiteAsync(ValidationRequest request, CancellationToken cancellation) =>
        request.Suite ?? (await suites.ReadAsync(request.Stored!, cancellation)).Map(stored => stored.Suite);

    private async Task<Outcome<ValidationResult>> LogAsync(ValidationRequest request, LogDay day, Profile? profile, CancellationToken cancellation)
    {
        Outcome<VersionSuite?> bound = await bindings.FindAsync(day.Version, cancellation);
        if (!bound.Ok)
            return bound.As<ValidationResult>();
        bool own = request.Suite is null && request.Stored is null;
        if (own && bound.Value is null)
            return new Failure(FailureKind.Unprocessable, "No suite", $"Version {day.Version.Version} of model '{day.Version.Model}' names no suite under 'suite' of its lineage: send suite, or suiteName and model.");
        Outcome<ExpectationSuite> suite = own ? bound.Value!.Suite : await SuiteAsync(request, cancellation);
        if (!suite.Ok)
            return suite.As<ValidationResult>();
        return await logs.ValidateAsync(day, suite.Value, bound.Value?.Inputs ?? [], request.Options with { Clock = clock }, profile, cancellation);
    }

    private async Task<Outcome<ValidationResult>> ReadAsync(BlobReference blob, SuiteRun run, CancellationToken cancellation)
    {
        Outcome<TableReader> opened = await sources.OpenAsync(blob, long.MaxValue, cancellation);
        if (!opened.Ok)
            return opened.As<ValidationResult>();
        using TableReader reader = opened.Value;
        Outcome<long> unreadable = await reader.EachAsync(run.Observe, cancellation);
        if (!unreadable.Ok)
            return unreadable.As<ValidationResult>();
        var about = new JsonObject { ["blob"] = blob.ToString(), ["rows"] = reader.Rows, ["unreadable_cells_or_rows"] = unreadable.Value };
        return run.Conclude() with { BatchKwargs = about };
    }
}
