using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tidemark.Platform.Alerts;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Platform.Retraining;
using Tidemark.Platform.Storage;
using Tidemark.Registry;
using Tidemark.Retraining.Records;

namespace Tidemark.Retraining.Admitting;

/// <summary>Takes wishes from requests and messages.</summary>
public sealed partial class RetrainingIntake(Admission admission, AlertSender alerts, TimeProvider clock, ILogger<RetrainingIntake> logger)
{
    private const int LongestReason = 1000, LongestKey = 255;

    /// <summary><c>{"model": "heart", "reason": "…"}</c>; an <c>Idempotency-Key</c> makes a repeated request the same retraining.</summary>
    public async Task<Outcome<RetrainingRow>> AskAsync(HttpRequest request, CancellationToken cancellation)
    {
        var actor = Actor.Of(request);
        var body = await JsonBody.ObjectAsync(request, cancellation);
        var wish = actor.Then(by => body.Then(b => Wish(b, by, request.Headers["Idempotency-Key"].ToString())));
        return await wish.ThenAsync(w => admission.AdmitAsync(w, cancellation));
    }

    /// <summary>A message of the queue; null when nothing comes of it. One that nobody can read is a bug of its sender and goes to the poison queue.</summary>
    public async Task<RetrainingRow?> TakeAsync(string message, CancellationToken cancellation)
    {
        RetrainingRequest request = JsonSerializer.Deserialize(message, Platform.Retraining.RetrainingJson.Default.RetrainingRequest) ?? throw new JsonException("The request is null.");
        var wish = RetrainingWish.Of(request);
        if (!wish.Ok) throw new JsonException(wish.Failure.Detail);
        RetrainingRow? row = await admission.AdmitOrNoteAsync(wish.Value, cancellation);
        LogTaken(request.Id, request.Model, row is null ? "nothing comes of it" : $"{row.RowKey} ({row.State})");
        return row;
    }

    /// <summary>Tells people of a message that was tried in vain, with its text: it is never silently gone (promise I10). The same message twice is the same alert.</summary>
    public Task TellAsync(string message, CancellationToken cancellation) => alerts.SendAsync(
        new Alert
        {
            Model = "suite",
            Kind = "retraining-request",
            Severity = AlertSeverity.Critical,
            Title = "A request to retrain a model was tried in vain",
            Detail = $"The message in queue {StorageNames.Queues.RetrainingRequests} failed again and again; nothing was begun for it. POST /api/retrainings begins one by hand. It said: {message}",
            Subject = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(message))),
            Window = "once",
            Time = clock.GetUtcNow(),
            Runbook = "docs/runbooks/poison-messages.md",
        },
        cancellation);

    private Outcome<RetrainingWish> Wish(JsonElement body, Actor by, string key)
    {
        if (body.EnumerateObject().Select(f => f.Name).FirstOrDefault(n => n is not ("model" or "reason")) is { } unknown) return Malformed(unknown, "it is not known; send model and, if you like, reason");
        string? model = Text(body, "model"), reason = Text(body, "reason") ?? "asked for by hand";
        if (reason.Length > LongestReason) return Malformed("reason", $"it has {reason.Length} characters; at most {LongestReason} are kept");
        if (key.Length > LongestKey) return new Failure(FailureKind.Malformed, "Key too long", $"The header Idempotency-Key has {key.Length} characters; at most {LongestKey} are kept.");
        string request = key.Length > 0 ? $"key|{key}" : $"once|{Guid.NewGuid():N}";
        return ModelName.Parse(model).Map(m => new RetrainingWish(m, request, RetrainingWish.Manual, reason, new Dictionary<string, string>(), by.ToString(), clock.GetUtcNow()));
    }

    private static string? Text(JsonElement body, string name) => body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Failure Malformed(string field, string why) => new(FailureKind.Malformed, "Unreadable request", $"The field '{field}' can't be used: {why}.") { Errors = [new FieldError(field, why)] };

    [LoggerMessage(Level = LogLevel.Information, Message = "Request {Request} to retrain {Model}: {Outcome}")]
    private partial void LogTaken(string request, string model, string outcome);
}
