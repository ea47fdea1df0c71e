using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Tidemark.Platform.Errors;
using Tidemark.Platform.PredictionLog;
using Tidemark.Prediction.Log;

namespace Tidemark.Prediction;

/// <summary>
/// One prediction request: model, body, tensors, run, answer. The answer is written to the response here, so that an answered request
/// allocates nothing: the result that goes back to the function does nothing more.
/// </summary>
public sealed class Predictor
{
    public const string VersionHeader = "tidemark-model-version";
    public const string IdHeader = "tidemark-prediction-id";
    public const string StaleHeader = "tidemark-model-stale";

    private static readonly IResult Answered = Results.Empty;
    private static readonly Task<IResult> AnsweredTask = Task.FromResult(Answered);

    private readonly ServedModels models;
    private readonly int maxBodyBytes;
    private readonly PredictionInstruments instruments;
    private readonly RowLogger log;
    private readonly TimeProvider time;

    internal Predictor(ServedModels models, IOptions<PredictionOptions> options, PredictionInstruments instruments, RowLogger log, TimeProvider time) =>
        (this.models, maxBodyBytes, this.instruments, this.log, this.time) = (models, options.Value.MaxBodyBytes, instruments, log, time);

    public Task<IResult> AnswerAsync(HttpRequest request, string model, string? version, PredictionProtocol protocol)
    {
        var answer = PredictAsync(request, model, version, protocol);
        if (!answer.IsCompletedSuccessfully) return answer.AsTask();
        var result = answer.Result;
        return ReferenceEquals(result, Answered) ? AnsweredTask : Task.FromResult(result);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<IResult> PredictAsync(HttpRequest request, string model, string? version, PredictionProtocol protocol)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            // No token of the caller's here: Kestrel makes one per request that asks, and what is waited for has limits of its own.
            var acquired = await models.AcquireAsync(model, version, CancellationToken.None);
            if (!acquired.Ok) return Refused(acquired.Failure, "unknown", start, protocol);

            using var lease = acquired.Value;
            var body = await RequestBody.ReadAsync(request, maxBodyBytes);
            return body.Ok ? Answer(request, lease, body.Value, protocol, start) : Refused(body.Failure, lease.Model.NameText, start, protocol);
        }
        catch (Exception) when (request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            instruments.Request("unknown", "aborted", start, 0);
            return Answered; // nobody is there to read an answer
        }
    }

    private IResult Answer(HttpRequest request, ModelLease lease, RequestBody body, PredictionProtocol protocol, long start)
    {
        var model = lease.Model;
        var exchange = model.Rent();
        try
        {
            Failure? failure;
            using (body) failure = protocol.Read(body.Span, model, exchange);
            failure ??= FrameTable.Check(model, exchange);
            failure ??= exchange.Slot.Run(exchange.Batch);
            if (failure is not null) return Refused(failure, model.NameText, start, protocol);

            var now = time.GetUtcNow();
            exchange.Prediction = PredictionId.New(now);
            protocol.Write(model, exchange);
            Send(request.HttpContext.Response, lease, exchange);
            log.Add(model, exchange, now, start, request);
            instruments.Request(model.NameText, "ok", start, exchange.Batch);
            if (lease.Stale) instruments.Stale(model.NameText);
            return Answered;
        }
        finally
        {
            model.Return(exchange);
        }
    }

    private static void Send(HttpResponse response, in ModelLease lease, Exchange exchange)
    {
        var answer = exchange.Answer.Written;
        response.ContentType = "application/json";
        response.ContentLength = answer.Length;
        response.Headers[VersionHeader] = lease.Model.VersionHeader;
        response.Headers[IdHeader] = exchange.Prediction.ToString();
        if (lease.Stale) response.Headers[StaleHeader] = "true";
        response.BodyWriter.Write(answer);
    }

    private IResult Refused(Failure failure, string model, long start, PredictionProtocol protocol)
    {
        instruments.Request(model, failure.Kind switch { FailureKind.Unavailable => "unavailable", FailureKind.NotFound or FailureKind.Gone => "not_found", _ => "refused" }, start, 0);
        return protocol.Refuse(failure);
    }
}
