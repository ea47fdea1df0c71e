using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Access;
using Tidemark.Platform.Http;
using Tidemark.Registry;

namespace Tidemark.Drift.Profiles;

/// <summary>Stores and shows what the windows of a version are compared with.</summary>
public sealed class ReferenceFunctions(ReferenceUpload upload, ProfileStore profiles)
{
    /// <summary>From training data: CSV or JSON lines as the body, or JSON with <c>rows</c>, <c>columns</c> or <c>blob</c>.</summary>
    [Function(nameof(PutReference))]
    [RequiresRole(Roles.ModelsRegister)]
    [Audited]
    public async Task<IResult> PutReference(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "api/models/{model}/versions/{version}/reference")] HttpRequest request,
        string model, string version, CancellationToken cancellation)
    {
        var stored = await VersionReference.Parse(model, version).ThenAsync(v => upload.StoreAsync(v, request, cancellation));
        return stored.Or(ReferenceView.Answer);
    }

    [Function(nameof(GetReference))]
    public async Task<IResult> GetReference(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/models/{model}/versions/{version}/reference")] HttpRequest request,
        string model, string version, CancellationToken cancellation)
    {
        var found = await VersionReference.Parse(model, version).ThenAsync(v => ReferenceView.FindAsync(profiles, v, cancellation));
        return found.Or(ReferenceView.Answer);
    }
}
