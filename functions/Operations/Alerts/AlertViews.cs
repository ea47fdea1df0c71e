using System.Text.Json.Serialization;
using Tidemark.Platform.Alerts;

namespace Tidemark.Operations.Alerts;

public sealed record AcknowledgementView(string By, DateTimeOffset At, string? Note);

/// <summary>An alert as answers and events show it.</summary>
/// <param name="Time">When it was found.</param>
/// <param name="Repeats">How often the same was found again.</param>
/// <param name="Similar">How many of the same model, kind and subject were kept quiet for this one.</param>
/// <param name="SuppressedBy">Id of the one for which this one was kept quiet.</param>
/// <param name="Attempts">Posts tried.</param>
/// <param name="Reason">Why it failed, or why the last try did.</param>
/// <param name="Raw">Text of a message that could not be read.</param>
public sealed record AlertView(
    string Id,
    string Model,
    string Kind,
    AlertSeverity Severity,
    string Title,
    string Detail,
    string Subject,
    string Window,
    DateTimeOffset Time,
    string? Runbook,
    AlertState State,
    string? Reason,
    int Repeats,
    int Similar,
    string? SuppressedBy,
    int Attempts,
    DateTimeOffset Received,
    DateTimeOffset? Delivered,
    AcknowledgementView? Acknowledged,
    string? Raw)
{
    public static AlertView Of(AlertRow row) => new(
        row.Id, row.Model, row.Kind, row.Severity, row.Title, row.Detail, row.Subject, row.Window, row.Found, row.Runbook, row.State, row.Reason,
        row.Repeats, row.Similar, row.SuppressedBy, row.Attempts, row.Received, row.Delivered,
        row.AcknowledgedAt is { } at ? new(row.AcknowledgedBy ?? "", at, row.AcknowledgedNote) : null, row.Raw);
}

/// <param name="Next">Cursor of the next page; absent on the last.</param>
public sealed record AlertPage(IReadOnlyList<AlertView> Alerts, string? Next);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(AlertView))]
[JsonSerializable(typeof(AlertPage))]
internal sealed partial class AlertsJson : JsonSerializerContext;
