using System.Net.Http.Headers;
using System.Text.Json;
using Azure.Storage.Queues;
using Microsoft.Extensions.Options;
using Tidemark.BatchScoring.Jobs;
using Tidemark.Operations.Alerts;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Storage;

namespace Tidemark.BatchScoring.Completing;

/// <summary>
/// Tells a caller's URL that a job has ended, at least once, by POST of <see cref="CallbackBody"/>, signed as alerts are. A receiver that falters
/// is asked again for a day, by messages that come into sight later. A callback that fails changes nothing about the job.
/// </summary>
public sealed class Callbacks(
    JobLedger jobs, QueueServiceClient queues, IOptions<BatchScoringOptions> options, IOptions<AlertOptions> alerts, TimeProvider time) : IDisposable
{
    /// <summary>Asked for and not yet tried.</summary>
    public const string Pending = "pending";

    /// <summary>How a message begins that asks for another try.</summary>
    public const string Again = "{\"callback\":";

    private const string Waiting = "waiting";
    private const int QuickTries = 3;
    private const int LaterTries = 30;
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(1);

    private readonly HttpClient http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false }) { Timeout = TimeSpan.FromSeconds(5) };
    private readonly WebhookSignature? signature = WebhookSignature.Parse(alerts.Value.Secret).Value;

    /// <summary>A URL that may be called: of a host that the setting names.</summary>
    public Outcome<Uri> Parse(string text)
    {
        string[] hosts = options.Value.CallbackHosts.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || url.Scheme is not ("https" or "http") || url.UserInfo.Length > 0)
            return Refuse("it must be an absolute http or https address without a user");
        return hosts.Contains(url.Host, StringComparer.OrdinalIgnoreCase) ? url
            : Refuse($"its host '{url.Host}' is not one that BatchScoring__CallbackHosts names{(hosts.Length == 0 ? ", which is empty" : $" ({string.Join(", ", hosts)})")}");

        Failure Refuse(string why) => new(FailureKind.Malformed, "Not a callback", $"The callback '{(text.Length <= 200 ? text : text[..200] + "…")}' can't be used: {why}.")
        {
            Errors = [new FieldError("callback", why)],
        };
    }

    /// <summary>The first tries, within seconds.</summary>
    public async Task SendAsync(JobRow job, CancellationToken cancellation)
    {
        Answer answer = await PostAsync(job, cancellation);
        for (int attempt = 1; attempt < QuickTries && answer.Falters; attempt++)
        {
            await Task.Delay(TimeSpan.FromSeconds(0.5 * attempt), time, cancellation);
            answer = await PostAsync(job, cancellation);
        }

        await EndAsync(job, answer, later: 1, cancellation);
    }

    /// <summary>A later try, as a message asks for it that begins with <see cref="Again"/>. Does nothing when the callback was sent meanwhile.</summary>
    public async Task SendAgainAsync(string message, CancellationToken cancellation)
    {
        if (Read(message) is { } asked && JobId.Parse(asked.Callback) is { Ok: true } id && await jobs.FindAsync(id.Value, cancellation) is { } job
            && job.Callback?.StartsWith(Waiting, StringComparison.Ordinal) == true)
            await EndAsync(job, await PostAsync(job, cancellation), asked.Try + 1, cancellation);
    }

    public void Dispose() => http.Dispose();

    private static CallbackMessage? Read(string message)
    {
        try
        {
            return JsonSerializer.Deserialize(message, BatchJson.Default.CallbackMessage);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Notes what became of it; first the message about the next try, so that none is forgotten.</summary>
    private async Task EndAsync(JobRow job, Answer answer, int later, CancellationToken cancellation)
    {
        bool again = answer.Falters && later <= LaterTries;
        if (again)
        {
            TimeSpan pause = TimeSpan.FromMinutes(Math.Min(1 << Math.Min(later - 1, 10), LongestPause.TotalMinutes));
            await queues.GetQueueClient(StorageNames.Queues.BatchIntake).SendMessageAsync(
                JsonSerializer.Serialize(new CallbackMessage(job.Id, later), BatchJson.Default.CallbackMessage), visibilityTimeout: pause, cancellationToken: cancellation);
        }

        string said = again ? $"{Waiting} for another try: it {answer.Said}" : answer.Falters ? $"given up: it {answer.Said}" : answer.Said;
        await jobs.ChangeAsync(
            job.JobId,
            row =>
            {
                row.Callback = said;
                return true;
            },
            cancellation);
    }

    private async Task<Answer> PostAsync(JobRow job, CancellationToken cancellation)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new CallbackBody(job.Id, job.StateNow, job.Source), BatchJson.Default.CallbackBody);
        using var request = new HttpRequestMessage(HttpMethod.Post, job.RequestNow.Callback) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        signature?.Sign(request.Headers, job.Id, time.GetUtcNow(), body);
        try
        {
            using HttpResponseMessage answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            int status = (int)answer.StatusCode;
            return answer.IsSuccessStatusCode ? new Answer("sent", Falters: false)
                : status is 408 or 425 or 429 or >= 500 ? new Answer($"answered {status}", Falters: true) : new Answer($"refused: it answered {status}", Falters: false);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return new Answer("was not reached", Falters: true);
        }
    }

    private readonly record struct Answer(string Said, bool Falters);
}

/// <summary>What a callback says.</summary>
public sealed record CallbackBody(string Id, BatchState State, string Source);

/// <summary>A message on queue <c>batch-intake</c>: the callback of this job is to be tried again.</summary>
public sealed record CallbackMessage(string Callback, int Try);
