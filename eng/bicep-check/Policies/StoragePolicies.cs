namespace Tidemark.BicepCheck.Policies;

/// <summary>Storage accounts: no keys, no plain http, no old TLS, nothing public.</summary>
internal static class StoragePolicies
{
    private const string Account = "Microsoft.Storage/storageAccounts";

    public static IReadOnlyList<Policy> All { get; } =
    [
        Policy.Must("shared-keys", Account, "properties.allowSharedKeyAccess", false),
        Policy.Must("tls", Account, "properties.minimumTlsVersion", "TLS1_2", "TLS1_3"),
        Policy.Must("https-only", Account, "properties.supportsHttpsTrafficOnly", true),
        Policy.Must("public-blobs", Account, "properties.allowBlobPublicAccess", false),
        Policy.Must("public-blobs", Account + "/blobServices/containers", "properties.publicAccess", "None"),
        Policy.Must("soft-delete", Account + "/blobServices", "properties.deleteRetentionPolicy.enabled", true),
        new("deny-by-default", plan => plan.Of(Account)
            .Where(a => a["properties.publicNetworkAccess"] is not "Enabled" && a["properties.networkAcls.defaultAction"] is not "Deny")
            .Select(a => (a, "'properties.networkAcls.defaultAction' must be 'Deny', or 'publicNetworkAccess' must say 'Enabled' in so many words"))),
    ];
}
