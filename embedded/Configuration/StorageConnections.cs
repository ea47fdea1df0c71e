using System.Collections.Concurrent;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;

namespace Tidemark.Embedded;

/// <summary>
/// Storage clients by connection name, as attributes give it: a connection string in the setting of that name, or the identity form
/// <c>{name}__blobServiceUri</c>, <c>__queueServiceUri</c>, <c>__tableServiceUri</c> (or <c>__accountName</c>) with optional
/// <c>__clientId</c>, <c>__tenantId</c>, <c>__clientSecret</c>. A setting <c>AzureWebJobs{name}</c> is taken before <c>{name}</c>.
/// </summary>
internal sealed class StorageConnections(IConfiguration settings)
{
    public const string Default = "AzureWebJobsStorage";

    private readonly ConcurrentDictionary<(Type Kind, string Name), object> clients = new();

    public BlobServiceClient Blobs(string? connection = null) => Client(
        connection, "blob", text => new BlobServiceClient(text, Bounded(new BlobClientOptions())), (uri, identity) => new(uri, identity, Bounded(new BlobClientOptions())));

    /// <summary>Bodies pass as they are; who uses the client does the encoding that host.json asks for.</summary>
    public QueueServiceClient Queues(string? connection = null) => Client(
        connection, "queue", text => new QueueServiceClient(text, Bounded(new QueueClientOptions())), (uri, identity) => new(uri, identity, Bounded(new QueueClientOptions())));

    public TableServiceClient Tables(string? connection = null) => Client(
        connection, "table", text => new TableServiceClient(text, Bounded(new TableClientOptions())), (uri, identity) => new(uri, identity, Bounded(new TableClientOptions())));

    private TClient Client<TClient>(string? connection, string service, Func<string, TClient> fromText, Func<Uri, TokenCredential, TClient> fromIdentity)
        where TClient : class
    {
        string name = string.IsNullOrEmpty(connection) ? Default : connection;
        return (TClient)clients.GetOrAdd((typeof(TClient), name), _ =>
        {
            IConfigurationSection section = Section(name);
            if (section.Value is { Length: > 0 } text) return Parsed(name, () => fromText(text));
            return ServiceUri(section, service) is { } uri
                ? fromIdentity(uri, Identity(section))
                : throw new FormatException(
                    $"The storage connection '{name}' is not set; set {name} to a connection string, or {name}__{service}ServiceUri to the service's address.");
        });
    }

    private IConfigurationSection Section(string name) =>
        settings.GetSection("AzureWebJobs" + name) is { } prefixed && prefixed.Exists() ? prefixed : settings.GetSection(name);

    private static TClient Parsed<TClient>(string name, Func<TClient> create)
    {
        try
        {
            return create();
        }
        catch (Exception e) when (e is FormatException or ArgumentException or InvalidOperationException)
        {
            // The text itself may hold a key, so it is not shown.
            throw new FormatException($"The storage connection '{name}' is no connection string: {e.Message}", e);
        }
    }

    private static Uri? ServiceUri(IConfigurationSection section, string service)
    {
        string? text = section[$"{service}ServiceUri"]
            ?? (section["accountName"] is { Length: > 0 } account ? $"https://{account}.{service}.core.windows.net" : null);
        if (text is null) return null;
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
            ? uri
            : throw new FormatException($"{section.Key}__{service}ServiceUri is '{text}', which is no address; give e.g. https://account.{service}.core.windows.net.");
    }

    private static TokenCredential Identity(IConfigurationSection section) =>
        (section["tenantId"], section["clientId"], section["clientSecret"]) switch
        {
            ({ } tenant, { } client, { } secret) => new ClientSecretCredential(tenant, client, secret),
            (_, { } client, _) => new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(client)),
            _ when section["credential"] == "managedidentity" => new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned),
            _ => new DefaultAzureCredential(),
        };

    /// <summary>Gives up on a dead service within seconds; every listener goes on trying by itself.</summary>
    private static TOptions Bounded<TOptions>(TOptions options)
        where TOptions : ClientOptions
    {
        options.Retry.MaxRetries = 2;
        options.Retry.Delay = TimeSpan.FromMilliseconds(200);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(1);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(10);
        return options;
    }
}
