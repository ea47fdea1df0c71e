using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Azure.Messaging;

namespace Tidemark.Operations.Alerts;

/// <summary>An alert as CloudEvent 1.0 in an HTTP request (CloudEvents: HTTP protocol binding, structured or binary content mode).</summary>
internal static class AlertEvent
{
    public const string Type = "tidemark.alert.raised";

    /// <returns>The request, and its body, which may be signed.</returns>
    public static (byte[] Body, HttpRequestMessage Request) Request(Uri address, AlertRow alert, AlertOptions options)
    {
        AlertView view = AlertView.Of(alert);
        byte[] data = JsonSerializer.SerializeToUtf8Bytes(view with { Runbook = Runbook(view.Runbook, options) }, AlertsJson.Default.AlertView);
        CloudEvent told = new($"/models/{alert.Model}", Type, BinaryData.FromBytes(data), "application/json", CloudEventDataFormat.Json)
        {
            Id = alert.Id,
            Subject = alert.Subject.Length > 0 ? alert.Subject : null,
            Time = alert.Found,
        };
        var request = new HttpRequestMessage(HttpMethod.Post, address);
        byte[] body = options.Mode == EventMode.Binary ? data : JsonSerializer.SerializeToUtf8Bytes(told);
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(options.Mode == EventMode.Binary ? "application/json" : "application/cloudevents+json; charset=utf-8");
        if (options.Mode == EventMode.Binary)
            AddHeaders(request.Headers, told);
        return (body, request);
    }

    private static string? Runbook(string? runbook, AlertOptions options) =>
        runbook is null || Uri.TryCreate(runbook, UriKind.Absolute, out _) ? runbook : options.RunbookRoot + runbook;

    private static void AddHeaders(HttpRequestHeaders headers, CloudEvent told)
    {
        headers.Add("ce-specversion", "1.0");
        headers.Add("ce-id", Encoded(told.Id));
        headers.Add("ce-source", Encoded(told.Source));
        headers.Add("ce-type", Encoded(told.Type));
        headers.Add("ce-time", told.Time!.Value.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        if (told.Subject is { } subject)
            headers.Add("ce-subject", Encoded(subject));
    }

    /// <summary>Section 3.1.3.2 of the binding: all but printable ASCII, and blanks, quotes and percent signs, as percent-encoded UTF-8.</summary>
    private static string Encoded(string text)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            if (b is > (byte)' ' and <= (byte)'~' and not (byte)'"' and not (byte)'%')
                encoded.Append((char)b);
            else
                encoded.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
        }

        return encoded.ToString();
    }
}
