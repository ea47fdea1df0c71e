using System.ComponentModel.DataAnnotations;

namespace Tidemark.Operations.Alerts;

/// <summary>How an alert's CloudEvent travels in HTTP.</summary>
public enum EventMode
{
    /// <summary>The event is the body, <c>application/cloudevents+json</c>.</summary>
    Structured,

    /// <summary>The alert is the body, the event's attributes are headers <c>ce-…</c>.</summary>
    Binary,
}

/// <summary>Settings <c>Alerts__…</c>.</summary>
public sealed class AlertOptions : IValidatableObject
{
    public const string Section = "Alerts";

    /// <value>Where alerts are posted, unless a model's monitoring names another address. Default none: alerts are recorded and listed.</value>
    public string? Webhook { get; set; }

    /// <value>Key that signs what is posted (HMAC-SHA-256, Standard Webhooks): text of at least 16 characters, or <c>whsec_</c> and base64. Default none: nothing is signed.</value>
    [MinLength(16)]
    public string? Secret { get; set; }

    /// <value>Default <see cref="EventMode.Structured"/>.</value>
    public EventMode Mode { get; set; } = EventMode.Structured;

    /// <value>Host names, comma-separated, that may be posted to over http and at private or loopback addresses. Default none: only https to public addresses.</value>
    public string AllowedHosts { get; set; } = "";

    /// <value>How long alerts of the same model, kind and subject stay quiet after one was told; a more severe one is told all the same. Default 6 hours.</value>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan CoolDown { get; set; } = TimeSpan.FromHours(6);

    /// <value>How long one post may take. Default 10 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <value>How long a webhook that does not take an alert is tried again, first after half a minute, at last every hour. Default 1 day.</value>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromDays(1);

    /// <value>Address before the runbook of an alert, such as that of the repository's files. Default none: runbooks are told as they are.</value>
    public string RunbookRoot { get; set; } = "";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Webhook is { Length: > 0 } && WebhookAddress.Parse(Webhook, WebhookHosts.Parse(AllowedHosts)) is { Ok: false } refused)
            yield return new ValidationResult($"{Section}__{nameof(Webhook)}: {refused.Failure.Detail}", [nameof(Webhook)]);
        if (WebhookSignature.Parse(Secret) is { Ok: false } unusable)
            yield return new ValidationResult($"{Section}__{nameof(Secret)}: {unusable.Failure.Detail}", [nameof(Secret)]);
    }
}
