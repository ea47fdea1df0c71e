using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Access;
using Tidemark.Platform.Http;

namespace Tidemark.Validation;

/// <summary>Validates data against a suite, so that rules can be tried before anything relies on them.</summary>
public sealed class ValidationFunctions(ValidationJobs jobs)
{
    /// <summary>Answers with the result, or with 202 when the file is large.</summary>
    [Function(nameof(Validate))]
    [Audited]
    public async Task<IResult> Validate(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/validations")] HttpRequest request, CancellationToken cancellation)
    {
        var body = await JsonBody.BytesAsync(request, cancellation);
        var ticket = await body.ThenAsync(b => jobs.StartAsync(b, cancellation));
        return ticket.Or(ValidationAnswers.Of);
    }

    [Function(nameof(GetValidation))]
    public async Task<IResult> GetValidation(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/validations/{id}")] HttpRequest request, string id, CancellationToken cancellation)
    {
        var ticket = await jobs.FindAsync(id, cancellation);
        return ticket.Or(ValidationAnswers.Of);
    }

    /// <summary>The result as a page, for people.</summary>
    [Function(nameof(GetValidationDocs))]
    public async Task<IResult> GetValidationDocs(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/validations/{id}/docs")] HttpRequest request, string id, CancellationToken cancellation)
    {
        var page = await jobs.PageAsync(id, cancellation);
        return page.Or(html => TypedResults.Text(html, "text/html", System.Text.Encoding.UTF8));
    }
}
