using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Platform.Json;

namespace Tidemark.Prediction;

/// <summary>What differs between the ways to ask for a prediction.</summary>
public abstract class PredictionProtocol
{
    private protected PredictionProtocol()
    {
    }

    /// <summary>Fills the exchange's tensors from the body, or says what is wrong with it.</summary>
    internal abstract Failure? Read(ReadOnlySpan<byte> body, LoadedModel model, Exchange exchange);

    /// <summary>Writes the outputs into the exchange's answer.</summary>
    internal abstract void Write(LoadedModel model, Exchange exchange);

    /// <summary>The failure in the protocol's own form.</summary>
    public IResult Refuse(Failure failure)
    {
        var json = new JsonBuffer();
        Error(json, failure);
        return new ErrorAnswer(failure, json.Written.ToArray());
    }

    private protected abstract void Error(JsonBuffer json, Failure failure);

    /// <summary>Rows that break the version's rules (422) are listed beside the message: field and rule.</summary>
    private protected static void BrokenRules(JsonBuffer json, Failure failure)
    {
        if (failure.Kind != FailureKind.Unprocessable) return;
        json.Raw(",\"errors\":["u8);
        for (int i = 0; i < failure.Errors.Count; i++)
        {
            json.Raw(i == 0 ? "{\"field\":"u8 : ",{\"field\":"u8);
            json.Text(failure.Errors[i].Field);
            json.Raw(",\"detail\":"u8);
            json.Text(failure.Errors[i].Detail);
            json.Raw((byte)'}');
        }

        json.Raw((byte)']');
    }
}

/// <summary>Open Inference Protocol v2, JSON. Errors are <c>{"error":"…"}</c>.</summary>
public sealed class OpenInference(IOptions<PredictionOptions> options) : PredictionProtocol
{
    internal override Failure? Read(ReadOnlySpan<byte> body, LoadedModel model, Exchange exchange) => InferReader.Read(body, model, exchange, options.Value);

    internal override void Write(LoadedModel model, Exchange exchange) => InferWriter.Write(model, exchange);

    private protected override void Error(JsonBuffer json, Failure failure)
    {
        json.Raw("{\"error\":"u8);
        json.Text(failure.Detail);
        BrokenRules(json, failure);
        json.Raw((byte)'}');
    }
}

/// <summary>MLflow's scoring protocol. Errors are <c>{"error_code":"…","message":"…"}</c>.</summary>
public sealed class MlflowScoring(IOptions<PredictionOptions> options) : PredictionProtocol
{
    internal override Failure? Read(ReadOnlySpan<byte> body, LoadedModel model, Exchange exchange) => FrameReader.Read(body, model, exchange, options.Value);

    internal override void Write(LoadedModel model, Exchange exchange) => FrameWriter.Write(model, exchange);

    private protected override void Error(JsonBuffer json, Failure failure)
    {
        json.Raw("{\"error_code\":"u8);
        json.Text(failure.Kind switch
        {
            FailureKind.NotFound or FailureKind.Gone => "RESOURCE_DOES_NOT_EXIST",
            FailureKind.Unavailable => "TEMPORARILY_UNAVAILABLE",
            FailureKind.TooLarge => "REQUEST_LIMIT_EXCEEDED",
            FailureKind.DataLoss => "DATA_LOSS",
            _ => "BAD_REQUEST",
        });
        json.Raw(",\"message\":"u8);
        json.Text(failure.Detail);
        BrokenRules(json, failure);
        json.Raw((byte)'}');
    }
}

/// <summary>A refusal: status, Retry-After and the protocol's document.</summary>
internal sealed class ErrorAnswer(Failure failure, byte[] body) : IResult
{
    public int Status { get; } = failure.Kind switch
    {
        // The protocols know 404 for whatever is not there.
        FailureKind.Gone => StatusCodes.Status404NotFound,
        var kind => Problem.StatusOf(kind),
    };

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        if (Problem.RetryAfter(failure) is { } seconds) response.Headers.RetryAfter = seconds;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, httpContext.RequestAborted).AsTask();
    }
}
