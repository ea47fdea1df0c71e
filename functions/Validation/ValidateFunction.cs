using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Http;

namespace Tidemark.Validation;

/// <summary>Validates data against a suite, so that rules can be tried before anything relies on them.</summary>
public sealed class ValidateFunction(Validator validator)
{
    [Function(nameof(Validate))]
    public async Task<IResult> Validate(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/validations")] HttpRequest request, CancellationToken cancellation)
    {
        var wish = (await JsonBody.ObjectAsync(request, cancellation)).Then(ValidationRequest.Parse);
        var result = await wish.ThenAsync(w => validator.ValidateAsync(w, cancellation));
        return result.Or(r => ValidationAnswers.Of(r.ToJson()));
    }
}
