using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Platform.Json;
using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Platform.Tabular.Readers;
using Tidemark.Validation.Sources;

namespace Tidemark.Validation.Schemas;

/// <summary>Reads the requests of <see cref="SchemaFunctions"/> and answers them.</summary>
public sealed class SchemaRequests(DataSource sources)
{
    private const string SuggestedName = "suggested";

    public async Task<Outcome<InferenceAnswer>> InferAsync(HttpRequest request, CancellationToken cancellation)
    {
        if (DataFormats.OfContentType(request.ContentType) is { } format)
            return (await ProfileAsync(format, request.Body, cancellation)).Map(p => Answer(p, InferenceOptions.Default));
        Outcome<JsonElement> body = await JsonBody.ObjectAsync(request, cancellation);
        Outcome<InferenceOptions> options = body.Then(Options);
        Outcome<Profile> profile = await options.ThenAsync(_ => sources.ProfileAsync(body.Value, "body", cancellation));
        return profile.Map(p => Answer(p, options.Value!));
    }

    public async Task<Outcome<AnomaliesAnswer>> DetectAsync(HttpRequest request, CancellationToken cancellation)
    {
        Outcome<JsonElement> body = await JsonBody.ObjectAsync(request, cancellation);
        if (!body.Ok)
            return body.As<AnomaliesAnswer>();
        Outcome<DataEnvironment?> environment = body.Value.Field("environment", SchemaJson.Default.NullableDataEnvironment).Map(e => e);
        Outcome<DataSchema?> given = body.Value.Field("schema", SchemaJson.Default.DataSchema);
        Outcome<Profile?> reference = await ProfileAsync(body.Value, "reference", cancellation);
        Outcome<Profile?> previous = await ProfileAsync(body.Value, "previous", cancellation);
        Outcome<Profile?> serving = await ProfileAsync(body.Value, "serving", cancellation);
        Outcome<Profile> data = body.Value.TryGetProperty("data", out JsonElement source) ? await sources.ProfileAsync(source, "data", cancellation) : Refuse("data", "the data to look at is missing");
        foreach (Failure? failure in new[] { environment.Failure, given.Failure, reference.Failure, previous.Failure, serving.Failure, data.Failure })
        {
            if (failure is not null)
                return failure;
        }
        if (given.Value is null == reference.Value is null)
            return Refuse("schema", "exactly one of schema and reference is needed");
        DataSchema schema = given.Value ?? SchemaInference.Infer(reference.Value!, InferenceOptions.Default);
        IReadOnlyList<Anomaly> found = AnomalyDetection.Detect(schema, data.Value!, environment.Value, previous.Value ?? reference.Value, serving.Value);
        return new AnomaliesAnswer(found.Count == 0, data.Value!.Rows, found);
    }

    private async Task<Outcome<Profile?>> ProfileAsync(JsonElement body, string field, CancellationToken cancellation) =>
        body.TryGetProperty(field, out JsonElement source) && source.ValueKind != JsonValueKind.Null ? (await sources.ProfileAsync(source, field, cancellation)).Map(p => (Profile?)p) : (Profile?)null;

    private static async Task<Outcome<Profile>> ProfileAsync(DataFormat format, Stream body, CancellationToken cancellation)
    {
        Outcome<TableReader> opened = await format.OpenAsync(body, null, cancellation);
        if (!opened.Ok)
            return opened.As<Profile>();
        using TableReader reader = opened.Value;
        return await Profile.OfAsync(reader, cancellation);
    }

    private static InferenceAnswer Answer(Profile profile, InferenceOptions options)
    {
        DataSchema schema = SchemaInference.Infer(profile, options);
        return new(schema, SuiteSuggestion.Suggest(SuggestedName, profile, schema), ProfileView.Of(profile));
    }

    private static Outcome<InferenceOptions> Options(JsonElement body)
    {
        Outcome<string?> label = body.Field("label", SchemaJson.Default.String);
        Outcome<int?> domain = body.Field("maxDomain", SchemaJson.Default.NullableInt32);
        Outcome<double?> margin = body.Field("rangeMargin", SchemaJson.Default.NullableDouble);
        Outcome<double?> distance = body.Field("distance", SchemaJson.Default.NullableDouble);
        if ((label.Failure ?? domain.Failure ?? margin.Failure ?? distance.Failure) is { } unreadable)
            return unreadable;
        if (domain.Value is < 0 or > FewCategories || margin.Value is < 0 or > 1000 || distance.Value is < 0 or > 1)
            return Refuse("maxDomain", $"maxDomain is 0 to {FewCategories}, rangeMargin 0 to 1000, distance 0 to 1");
        InferenceOptions usual = InferenceOptions.Default;
        return usual with { Label = label.Value, MaxDomain = domain.Value ?? usual.MaxDomain, RangeMargin = margin.Value ?? usual.RangeMargin, Distance = distance.Value ?? usual.Distance };
    }

    /// <summary>As many as a profile counts exactly.</summary>
    private const int FewCategories = Platform.Tabular.Sketches.FrequentValues.DefaultCounters;

    private static Failure Refuse(string field, string why) => new(FailureKind.Malformed, "Unusable request", $"The request cannot be used: {why}.") { Errors = [new FieldError(field, why)] };
}
