using Tidemark.Platform.Errors;

namespace Tidemark.Registry;

/// <summary>What the registry answers when it can't do what was asked; said the same way wherever it comes up.</summary>
internal static class RegistryFailures
{
    public static Failure UnknownModel(ModelName model) => new(FailureKind.NotFound, "Unknown model", $"There is no model '{model}'. GET /api/models lists those that are there.");

    public static Failure UnknownVersion(VersionReference version) => new(
        FailureKind.NotFound, "Unknown model version",
        $"Model '{version.Model}' has no version '{version.Version}'. GET /api/models/{version.Model} lists its versions.");

    public static Failure UnknownAlias(ModelName model, AliasName alias) => new(
        FailureKind.NotFound, "Unknown alias",
        $"Model '{model}' has no alias '{alias}'. Set it with PUT /api/models/{model}/aliases/{alias} and the header If-None-Match: *.");

    public static Failure Deleted(VersionReference version) => new(
        FailureKind.Gone, "Model version deleted",
        $"Version '{version.Version}' of model '{version.Model}' was deleted, and its number is not given out again. Register the file as a new version.");

    public static Failure Rejected(VersionReference version, string? reason) => new(
        FailureKind.Unprocessable, "Model version rejected",
        $"Version '{version.Version}' of model '{version.Model}' can't be served: {reason}");

    public static Failure Uploading(VersionReference version) => new(
        FailureKind.Conflict, "Model version not sealed",
        $"Version '{version.Version}' of model '{version.Model}' is still being uploaded or verified. Wait until GET /api/models/{version.Model}/versions/{version.Version} says sealed; if the upload was broken off, post the same file again.");

    public static Failure Taken(VersionReference version) => new(
        FailureKind.Conflict, "Version taken",
        $"Version '{version.Version}' of model '{version.Model}' exists with another file, and versions never change. Leave the version out to get the next number.");

    public static Failure OtherVersion(VersionReference version, string said) => new(
        FailureKind.Unprocessable, "Version mismatch",
        $"metadata.json says version '{said}', the folder says '{version.Version}'. Make them agree, or leave the version out of metadata.json.");

    public static Failure Overwritten(VersionReference version) => new(
        FailureKind.DataLoss, "Sealed version damaged",
        $"What is stored for version '{version.Version}' of model '{version.Model}' is not what was sealed. Put the sealed file back, or register the new one as a new version.");

    public static Failure Named(VersionReference version, IEnumerable<string> aliases) => new(
        FailureKind.Conflict, "Version in use",
        $"Version '{version.Version}' of model '{version.Model}' is named by the alias '{string.Join("', '", aliases)}'. Move the alias to another version first.");

    public static Failure Busy(string what) => new(
        FailureKind.Unavailable, "Too many changes at once", $"Others kept changing '{what}' while this was tried. Try again.")
    {
        RetryAfter = TimeSpan.FromSeconds(1),
    };
}
