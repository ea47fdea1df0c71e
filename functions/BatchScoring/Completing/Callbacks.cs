using System.Net.Http.Json;
using Microsoft.Extensions.Options;
using Tidemark.BatchScoring.Jobs;
using Tidemark.Platform.Errors;

namespace Tidemark.BatchScoring.Completing;

/// <summary>Tells a caller's URL that a job has ended: at least once, by POST of <c>{"id": …, "state": …}</c>. A callback that fails changes nothing about the job.</summary>
public sealed class Callbacks(JobLedger jobs, IOptions<BatchScoringOptions> options, TimeProvider time) : IDisposable
{
    /// <summary>Asked for and not yet sent.</summary>
    public const string Pending = "pending";

    private const int Tries = 3;

    private readonly HttpClient http = new(new HttpClientHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromSeconds(5) };

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

    public async Task SendAsync(JobRow job, CancellationToken cancellation)
    {
        string said = await SendAsync(job.RequestNow.Callback!, job, cancellation);
        await jobs.ChangeAsync(
            job.JobId,
            row =>
            {
                row.Callback = said;
                return true;
            },
            cancellation);
    }

    public void Dispose() => http.Dispose();

    private async Task<string> SendAsync(string url, JobRow job, CancellationToken cancellation)
    {
        string said = "";
        for (int attempt = 1; attempt <= Tries; attempt++)
        {
            try
            {
                using HttpResponseMessage answer = await http.PostAsJsonAsync(url, new CallbackBody(job.Id, job.StateNow, job.Source), BatchJson.Default.CallbackBody, cancellation);
                if (answer.IsSuccessStatusCode)
                    return "sent";
                said = $"answered {(int)answer.StatusCode}";
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                said = "not reached";
            }

            if (attempt < Tries)
                await Task.Delay(TimeSpan.FromSeconds(attempt), time, cancellation);
        }

        return $"failed after {Tries} tries: {said}";
    }
}

/// <summary>What a callback says.</summary>
public sealed record CallbackBody(string Id, BatchState State, string Source);
