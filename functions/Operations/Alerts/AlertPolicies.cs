using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tidemark.Platform.Alerts;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Monitoring;
using Tidemark.Registry;

namespace Tidemark.Operations.Alerts;

/// <summary>The alert policies of models: what their monitoring says, else the settings.</summary>
public sealed partial class AlertPolicies
{
    private readonly MonitoringStore monitoring;
    private readonly ILogger<AlertPolicies> logger;
    private readonly WebhookHosts hosts;
    private readonly AlertPolicy byDefault;

    public AlertPolicies(MonitoringStore monitoring, IOptions<AlertOptions> options, ILogger<AlertPolicies> logger)
    {
        (this.monitoring, this.logger) = (monitoring, logger);
        hosts = WebhookHosts.Parse(options.Value.AllowedHosts);
        byDefault = new(options.Value.Webhook is { Length: > 0 } address ? WebhookAddress.Parse(address, hosts).Value : null, options.Value.CoolDown, AlertSeverity.Info);
    }

    public async Task<AlertPolicy> OfAsync(string model, CancellationToken cancellation)
    {
        if (!ModelName.Parse(model).Ok || (await monitoring.ReadAsync(model, cancellation)).Settings[AlertPolicy.Section] is not { } section)
            return byDefault;
        Outcome<AlertPolicy> policy = Parse(JsonSerializer.SerializeToElement(section));
        if (!policy.Ok)
            LogUnusable(model, policy.Failure.Detail);
        return policy.Ok ? policy.Value : byDefault;
    }

    /// <summary>What is wrong with a section that is to be stored, or null.</summary>
    public Failure? Check(JsonElement section) => Parse(section).Failure;

    private Outcome<AlertPolicy> Parse(JsonElement section) => AlertPolicy.Parse(section, byDefault, hosts);

    [LoggerMessage(Level = LogLevel.Warning, Message = "How alerts of model {Model} are told can't be used, and the settings hold: {Reason}")]
    private partial void LogUnusable(string model, string reason);
}
