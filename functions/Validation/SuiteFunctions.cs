using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Access;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Validation.Store;
using Tidemark.Validation.Suites;

namespace Tidemark.Validation;

/// <summary>Stores and shows the versions of a model's suites.</summary>
public sealed class SuiteFunctions(SuiteStore suites)
{
    /// <summary>The current version, or <c>?version=</c>.</summary>
    [Function(nameof(GetSuite))]
    public async Task<IResult> GetSuite(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/models/{model}/suites/{name}")] HttpRequest request, string model, string name, CancellationToken cancellation)
    {
        var suite = await SuiteReference.Parse(model, name, request.Query["version"]).ThenAsync(s => suites.ReadAsync(s, cancellation));
        return suite.Or(ValidationAnswers.Of);
    }

    /// <summary>Stores the next version. Needs <c>If-Match</c>, or <c>If-None-Match: *</c> the first time.</summary>
    [Function(nameof(PutSuite))]
    [RequiresRole(Roles.ModelsRegister)]
    [Audited]
    public async Task<IResult> PutSuite(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "api/models/{model}/suites/{name}")] HttpRequest request, string model, string name, CancellationToken cancellation)
    {
        var change = await SuiteReference.Parse(model, name, version: null).ThenAsync(s => SuiteChange.OfAsync(s, request, cancellation));
        var stored = await change.ThenAsync(c => suites.WriteAsync(c.Reference, c.Suite, c.Condition, c.By, cancellation));
        return stored.Or(ValidationAnswers.Of);
    }
}

/// <summary>A change of a suite as it was asked for.</summary>
public sealed record SuiteChange(SuiteReference Reference, ExpectationSuite Suite, Precondition Condition, Actor By)
{
    public static async Task<Outcome<SuiteChange>> OfAsync(SuiteReference suite, HttpRequest request, CancellationToken cancellation)
    {
        var condition = Precondition.Of(request);
        if (!condition.Ok)
            return condition.Failure;
        if (condition.Value is not { } given)
            return NoCondition(suite);
        var body = await JsonBody.BytesAsync(request, cancellation);
        return body.Then(bytes => SuiteJson.Parse(bytes)).Then(content => Actor.Of(request).Map(by => new SuiteChange(suite, content, given, by)));
    }

    private static Failure NoCondition(SuiteReference suite) => new(
        FailureKind.PreconditionRequired, "Condition required",
        $"Changing the suite {suite} needs the header If-Match with the ETag of GET /api/models/{suite.Model}/suites/{suite.Suite}, or If-None-Match: * to store it for the first time.");
}
