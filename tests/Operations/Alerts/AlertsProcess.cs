using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Operations;
using Tidemark.Operations.Alerts;
using Tidemark.Platform.Alerts;
using Tidemark.Platform.Monitoring;
using Tidemark.Platform.Storage;
using Tidemark.Tests.Platform;
using Xunit;

namespace Tidemark.Tests.Operations.Alerts;

/// <summary>The slice as one process has it, on a table of its own in real storage; a second one on the same table is another process.</summary>
internal sealed class AlertsProcess : IAsyncDisposable
{
    private readonly ServiceProvider services;

    private AlertsProcess(ServiceProvider services) => this.services = services;

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public AlertIntake Intake => services.GetRequiredService<AlertIntake>();

    public AlertDelivery Delivery => services.GetRequiredService<AlertDelivery>();

    public AlertBook Book => services.GetRequiredService<AlertBook>();

    public AlertTable Table => services.GetRequiredService<AlertTable>();

    public MonitoringStore Monitoring => services.GetRequiredService<MonitoringStore>();

    public Webhook Webhook => services.GetRequiredService<Webhook>();

    /// <summary>A name that no other test uses.</summary>
    public static string NewTable() => "alerts" + Guid.NewGuid().ToString("N");

    public static async Task<AlertsProcess> StartAsync(
        AzuriteFixture azurite, string table, TimeProvider clock, string? webhook, StorageFaults? faults = null, params (string Name, string Value)[] settings)
    {
        await new TableServiceClient(azurite.ConnectionString).CreateTableIfNotExistsAsync(table, Stop);
        var collection = new ServiceCollection();
        collection.AddLogging();
        collection.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
            [new("Alerts:AllowedHosts", "127.0.0.1"), new("Alerts:Webhook", webhook), .. settings.Select(s => KeyValuePair.Create("Alerts:" + s.Name, (string?)s.Value))]).Build());
        collection.AddSingleton(clock);
        TableClientOptions options = StorageClients.TableOptions();
        (options.Retry.Delay, options.Retry.MaxDelay) = (TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1));
        if (faults is not null)
            options.AddPolicy(faults, HttpPipelinePosition.PerRetry);
        var blobs = new BlobServiceClient(azurite.ConnectionString, StorageClients.BlobOptions());
        await blobs.GetBlobContainerClient(StorageNames.Containers.Profiles).CreateIfNotExistsAsync(cancellationToken: Stop);
        collection.AddSingleton(new MonitoringStore(blobs));
        collection.AddAlerts();
        collection.AddSingleton(new AlertTable(new TableServiceClient(azurite.ConnectionString, options), table));
        return new AlertsProcess(collection.BuildServiceProvider());
    }

    public static Alert Drift(string window = "2026-11-20T11", AlertSeverity severity = AlertSeverity.Warning, string subject = "age", string model = "heart") => new()
    {
        Model = model,
        Kind = "drift",
        Severity = severity,
        Title = $"{subject} drifts",
        Detail = "Jensen-Shannon 0.31, threshold 0.1, n = 900",
        Subject = subject,
        Window = window,
        Time = new(2026, 11, 20, 11, 59, 0, TimeSpan.Zero),
        Runbook = "docs/monitoring.md#drift",
    };

    public static string Text(Alert alert) => JsonSerializer.Serialize(alert, AlertJson.Default.Alert);

    public Task TakeAsync(Alert alert, string messageId) => Intake.TakeAsync(Text(alert), messageId, Stop);

    public async Task<AlertRow> RowAsync(Alert alert) => (await Table.AlertAsync(alert.Id, Stop))!;

    public async Task<List<AlertRow>> RowsAsync()
    {
        var rows = new List<AlertRow>();
        await foreach (AlertRow row in Table.AlertsAsync(AlertRow.Prefix, new(null, null, null), 100, Stop))
            rows.Add(row);
        return rows;
    }

    public async Task<int> DueAsync()
    {
        int due = 0;
        await foreach (DueRow _ in Table.DueAsync(DateTimeOffset.MaxValue.AddYears(-100), Stop))
            due++;
        return due;
    }

    public static string? IdOf(Received post) => (string?)JsonNode.Parse(post.Body)!["id"];

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
