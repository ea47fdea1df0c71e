using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure.Storage.Queues;
using Tidemark.Platform.Storage;

namespace Tidemark.Platform.Alerts;

/// <summary>
/// Puts alerts on the queue <c>alerts</c>. Send before you note your own work as done: when it is then repeated, the alert comes twice under one id,
/// and none is lost.
/// </summary>
public sealed class AlertSender(QueueServiceClient queues)
{
    private const int LongestDetail = 8192;

    private readonly QueueClient queue = queues.GetQueueClient(StorageNames.Queues.Alerts);

    public static string IdOf(string model, string kind, string subject, string window) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{model}|{kind}|{subject}|{window}")));

    public Task SendAsync(Alert alert, CancellationToken cancellation)
    {
        Alert sent = alert.Detail.Length <= LongestDetail ? alert : alert with { Detail = string.Concat(alert.Detail.AsSpan(0, LongestDetail), "…") };
        return queue.SendMessageAsync(JsonSerializer.Serialize(sent, AlertJson.Default.Alert), cancellation);
    }
}
