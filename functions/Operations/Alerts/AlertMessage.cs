using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tidemark.Platform.Alerts;
using Tidemark.Registry;

namespace Tidemark.Operations.Alerts;

/// <summary>A message of the queue <c>alerts</c>.</summary>
/// <param name="Alert">What it says, or an alert about a message that says nothing.</param>
/// <param name="Raw">The text of a message that says nothing.</param>
internal sealed record AlertMessage(Alert Alert, string? Raw)
{
    /// <summary>Kind of the alert about a message that can't be read.</summary>
    public const string Unreadable = "unreadable-alert";

    private const int LongestName = 500;
    private const int LongestText = 8200;
    private const int LongestRaw = 16_000;

    /// <summary>Reads a message. One that can't be read becomes an alert itself, which keeps its text: nothing is dropped in silence.</summary>
    public static AlertMessage Read(string message, DateTimeOffset now)
    {
        try
        {
            Alert? alert = JsonSerializer.Deserialize(message, AlertJson.Default.Alert);
            return Wrong(alert) is { } why ? Kept(message, why, now) : new(Clipped(alert!), Raw: null);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            return Kept(message, e.Message, now);
        }
    }

    private static string? Wrong(Alert? alert) => alert switch
    {
        null => "it is null",
        _ when ModelName.Parse(alert.Model) is { Ok: false } model => model.Failure.Detail,
        { Kind: null or "" or { Length: > LongestName } } => $"'kind' must have 1 to {LongestName} characters.",
        { Subject: null or { Length: > LongestName } } => $"'subject' must have at most {LongestName} characters.",
        { Window: null or { Length: > LongestName } } => $"'window' must have at most {LongestName} characters.",
        { Title: null or "" } => "'title' is empty.",
        _ when !Enum.IsDefined(alert.Severity) => "'severity' is none of info, warning, critical.",
        _ => null,
    };

    private static Alert Clipped(Alert alert) => alert with
    {
        Title = Clip(alert.Title, LongestName),
        Detail = Clip(alert.Detail ?? "", LongestText),
        Runbook = alert.Runbook is null ? null : Clip(alert.Runbook, LongestName),
    };

    private static AlertMessage Kept(string message, string why, DateTimeOffset now) => new(
        new Alert
        {
            Model = "-",
            Kind = Unreadable,
            Severity = AlertSeverity.Warning,
            Title = "An alert could not be read",
            Detail = Clip($"A message on the queue alerts says nothing that can be told: {why} Its text is kept in 'raw'. Whoever put it there writes another format.", LongestText),
            Subject = "alerts",
            Window = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(message))),
            Time = now,
            Runbook = "docs/alerts.md#an-alert-could-not-be-read",
        },
        Clip(message, LongestRaw));

    private static string Clip(string text, int longest) => text.Length <= longest ? text : text[..(longest - 1)] + "…";
}
