using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;

namespace Tidemark.Retraining.Compute.External;

/// <summary>A request about a run that bears a good signature.</summary>
/// <param name="Body">The bytes that were signed.</param>
public sealed record SignedRequest(TrainingRunId Run, byte[] Body);

/// <summary>Lets signed requests in and nothing else: nothing is read of storage before the signature fits.</summary>
public sealed class SignedRequests(IOptions<ExternalOptions> options, RetrainingInstruments instruments, TimeProvider time)
{
    private const int MostBytes = 64 << 10;
    private readonly RequestSignature? signature = RequestSignature.Parse(options.Value.Key).Value;

    public async Task<Outcome<SignedRequest>> ReadAsync(HttpRequest request, string run, CancellationToken cancellation)
    {
        var id = TrainingRunId.Parse(run);
        if (!id.Ok) return id.As<SignedRequest>();
        if (signature is null) return new Failure(FailureKind.NotFound, "No external compute", "This suite takes no results from outside: Compute__External__Key is not set.");
        if (request.ContentLength is not (>= 0 and <= MostBytes)) return new Failure(FailureKind.TooLarge, "Body too large", $"Send a body with a Content-Length of at most {MostBytes} bytes; files go to storage.");
        var body = await JsonBody.BytesAsync(request, cancellation);
        if (!body.Ok) return body.As<SignedRequest>();
        if (signature.Check(request.Headers, run, body.Value, time.GetUtcNow()) is not { } forged) return new SignedRequest(id.Value, body.Value);
        instruments.Answered("forged");
        return forged;
    }
}
