using Microsoft.Extensions.Options;
using Tidemark.Platform.Alerts;

namespace Tidemark.Operations.Alerts;

/// <summary>Who is told of a model's alerts, and how.</summary>
/// <param name="Webhook">Null: nobody is told.</param>
/// <param name="CoolDown">How long similar ones stay quiet after one was told.</param>
/// <param name="Least">What is less severe is recorded only.</param>
public sealed record AlertPolicy(WebhookAddress? Webhook, TimeSpan CoolDown, AlertSeverity Least);

/// <summary>The policy of a model.</summary>
public sealed class AlertPolicies(IOptions<AlertOptions> options)
{
    private readonly AlertPolicy byDefault = new(
        options.Value.Webhook is { Length: > 0 } address ? WebhookAddress.Parse(address, WebhookHosts.Parse(options.Value.AllowedHosts)).Value : null,
        options.Value.CoolDown,
        AlertSeverity.Info);

    public Task<AlertPolicy> OfAsync(string model, CancellationToken cancellation) => Task.FromResult(byDefault);
}
