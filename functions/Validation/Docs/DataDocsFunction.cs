using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Platform.Pages;
using Tidemark.Platform.Tabular.Profiles;
using Tidemark.Validation.Sources;

namespace Tidemark.Validation.Docs;

/// <summary>Makes a page of a validation result, for people.</summary>
public sealed class DataDocsFunction(DataSource sources)
{
    /// <summary>Body: <c>result</c>, a validation result, and perhaps <c>data</c> (rows, columns or blob) for the columns' histograms. Answers HTML.</summary>
    [Function(nameof(RenderDataDocs))]
    public async Task<IResult> RenderDataDocs([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/validations/docs")] HttpRequest request, CancellationToken cancellation)
    {
        Outcome<JsonElement> body = await JsonBody.ObjectAsync(request, cancellation);
        Outcome<JsonObject> result = body.Then(Result);
        if (!result.Ok)
            return new Problem(result.Failure);
        Outcome<Profile?> profile = body.Value.TryGetProperty("data", out JsonElement data) ? (await sources.ProfileAsync(data, "data", cancellation)).Map(p => (Profile?)p) : (Profile?)null;
        return profile.Failure is { } failure ? new Problem(failure) : new PageAnswer(DataDocs.Render(result.Value, profile.Value));
    }

    private static Outcome<JsonObject> Result(JsonElement body) =>
        body.TryGetProperty("result", out JsonElement result) && result.ValueKind == JsonValueKind.Object && result.TryGetProperty("results", out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? JsonObject.Create(result)!
            : new Failure(FailureKind.Malformed, "No validation result", "The field 'result' must hold a validation result with its list 'results', as POST /api/validations answers it.");
}
