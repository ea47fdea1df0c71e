using System.Globalization;
using System.Text.Json;
using Tidemark.Platform.Alerts;
using Tidemark.Platform.Errors;

namespace Tidemark.Operations.Alerts;

/// <summary>Who is told of a model's alerts, and when; section <c>alerts</c> of the model's monitoring: <c>webhook</c>, <c>coolDown</c>, <c>least</c>.</summary>
/// <param name="Webhook">Null: nobody is told.</param>
/// <param name="CoolDown">How long similar ones stay quiet after one was told.</param>
/// <param name="Least">What is less severe is recorded only.</param>
public sealed record AlertPolicy(WebhookAddress? Webhook, TimeSpan CoolDown, AlertSeverity Least)
{
    public const string Section = "alerts";

    private static readonly TimeSpan LongestCoolDown = TimeSpan.FromDays(30);

    /// <param name="section">The section's value.</param>
    /// <param name="otherwise">What holds for what it does not say.</param>
    /// <param name="hosts">Hosts that the operator trusts.</param>
    public static Outcome<AlertPolicy> Parse(JsonElement section, AlertPolicy otherwise, WebhookHosts hosts)
    {
        if (section.ValueKind != JsonValueKind.Object)
            return Refuse("it must be an object, such as {\"webhook\": \"https://…\", \"coolDown\": \"06:00:00\", \"least\": \"warning\"}");
        Outcome<AlertPolicy> policy = otherwise;
        foreach (JsonProperty field in section.EnumerateObject())
        {
            policy = policy.Then(p => field.Name switch
            {
                "webhook" when field.Value.ValueKind == JsonValueKind.Null => p with { Webhook = null },
                "webhook" => WebhookAddress.Parse(Text(field.Value), hosts).Map(address => p with { Webhook = address }),
                "coolDown" => TimeSpan.TryParse(Text(field.Value), CultureInfo.InvariantCulture, out TimeSpan time) && time >= TimeSpan.Zero && time <= LongestCoolDown
                    ? p with { CoolDown = time }
                    : Refuse("'coolDown' must be a time of at most 30 days, such as \"06:00:00\""),
                "least" => Text(field.Value) is { } word && (word is "info" or "warning" or "critical")
                    ? p with { Least = Enum.Parse<AlertSeverity>(word, ignoreCase: true) }
                    : Refuse("'least' must be info, warning or critical"),
                _ => Refuse($"it knows no '{field.Name}', only webhook, coolDown and least"),
            });
        }

        return policy;
    }

    private static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static Failure Refuse(string why) => new(FailureKind.Unprocessable, "Unusable section", $"The section '{Section}' can't be used: {why}.");
}
