using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Configuration;
using Tidemark.Platform.Storage;

namespace Tidemark.Operate.Backup;

/// <summary>The suite's storage, found by the settings that the suite itself reads.</summary>
internal sealed record StorageState(BlobServiceClient Blobs, TableServiceClient Tables)
{
    /// <summary>Files that were dropped for the suite to take. Writing them again would have them scored and counted again.</summary>
    public static readonly IReadOnlyList<string> Dropped = [StorageNames.Containers.Incoming, StorageNames.Containers.Feedback];

    /// <exception cref="OperateException">The settings name no storage.</exception>
    public static StorageState Read(IConfiguration settings)
    {
        var connection = StorageConnection.Read(settings);
        if (!connection.Ok) throw new OperateException(connection.Failure.Detail);
        return new(connection.Value.Blobs(new BlobClientOptions()), connection.Value.Tables(new TableClientOptions()));
    }
}
