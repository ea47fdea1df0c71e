using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;
using Tidemark.Platform.Errors;

namespace Tidemark.Platform.Storage;

/// <summary>
/// Where storage is: a connection string, or one URI per service with a managed identity, from the settings that Azure Functions reads itself
/// (<c>AzureWebJobsStorage</c>, or <c>AzureWebJobsStorage__blobServiceUri</c>, <c>__queueServiceUri</c>, <c>__tableServiceUri</c>,
/// or <c>__accountName</c>, with an optional <c>__clientId</c> of a user-assigned identity).
/// </summary>
public sealed record StorageConnection
{
    public const string Setting = "AzureWebJobsStorage";

    public string? ConnectionString { get; private init; }

    public Uri? BlobUri { get; private init; }

    public Uri? QueueUri { get; private init; }

    public Uri? TableUri { get; private init; }

    public string? ClientId { get; private init; }

    public static Outcome<StorageConnection> Read(IConfiguration configuration)
    {
        if (configuration[Setting] is { Length: > 0 } text)
            return new StorageConnection { ConnectionString = text };

        IConfigurationSection section = configuration.GetSection(Setting);
        var (blob, queue, table) = (ServiceUri(section, "blob"), ServiceUri(section, "queue"), ServiceUri(section, "table"));
        foreach (Outcome<Uri> uri in new[] { blob, queue, table })
        {
            if (!uri.Ok)
                return uri.Failure;
        }

        return new StorageConnection { BlobUri = blob.Value, QueueUri = queue.Value, TableUri = table.Value, ClientId = section["clientId"] };
    }

    public BlobServiceClient Blobs(BlobClientOptions options) => ConnectionString is { } text
        ? new BlobServiceClient(text, options)
        : new BlobServiceClient(BlobUri, Credential(), options);

    public QueueServiceClient Queues(QueueClientOptions options) => ConnectionString is { } text
        ? new QueueServiceClient(text, options)
        : new QueueServiceClient(QueueUri, Credential(), options);

    public TableServiceClient Tables(TableClientOptions options) => ConnectionString is { } text
        ? new TableServiceClient(text, options)
        : new TableServiceClient(TableUri, Credential(), options);

    private static Outcome<Uri> ServiceUri(IConfigurationSection section, string service)
    {
        string setting = $"{Setting}__{service}ServiceUri";
        string? text = section[service + "ServiceUri"]
            ?? (section["accountName"] is { Length: > 0 } account ? $"https://{account}.{service}.core.windows.net" : null);
        if (string.IsNullOrEmpty(text))
        {
            return new Failure(FailureKind.Malformed, "Storage is not configured",
                $"Set {Setting} to a connection string, or {setting} to the address of the {service} service.");
        }

        return Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "https" or "http"
            ? uri
            : new Failure(FailureKind.Malformed, "Storage is not configured", $"{setting} is '{text}', which is no absolute http(s) address.");
    }

    private DefaultAzureCredential Credential() => new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = ClientId });
}
