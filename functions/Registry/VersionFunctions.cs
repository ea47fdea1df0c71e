using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Access;
using Tidemark.Platform.Http;

namespace Tidemark.Registry;

/// <summary>Registers, shows and deletes model versions.</summary>
public sealed class VersionFunctions(UploadReader uploads, Registration registration, Versions versions)
{
    /// <summary>201 with the manifest and its place; 200 when these bytes are registered already.</summary>
    [Function(nameof(RegisterVersion))]
    [RequiresRole(Roles.ModelsRegister)]
    [Audited]
    public async Task<IResult> RegisterVersion(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/models/{model}/versions")] HttpRequest request, string model, CancellationToken cancellation)
    {
        var name = ModelName.Parse(model);
        var actor = Actor.Of(request);
        var upload = await name.Then(_ => actor).ThenAsync(_ => uploads.ReadAsync(request, cancellation));
        var outcome = await upload.ThenAsync(u => registration.RegisterAsync(name.Value, u.File, u.Metadata, actor.Value, cancellation));
        return outcome.Or(done => new Answer<ModelManifest>(
            done.Manifest,
            RegistryAnswers.Json.ModelManifest,
            done.Created ? StatusCodes.Status201Created : StatusCodes.Status200OK,
            location: $"/api/models/{done.Manifest.Model}/versions/{done.Manifest.Version}"));
    }

    [Function(nameof(ListModels))]
    public async Task<IResult> ListModels(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/models")] HttpRequest request, CancellationToken cancellation)
    {
        var page = await ModelPageRequest.Of(request).ThenAsync(p => versions.ModelsAsync(p, cancellation));
        return page.Or(p => new Answer<ModelPage>(p, RegistryAnswers.Json.ModelPage));
    }

    [Function(nameof(GetModel))]
    public async Task<IResult> GetModel(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/models/{model}")] HttpRequest request, string model, CancellationToken cancellation)
    {
        var view = await ModelName.Parse(model).ThenAsync(m => versions.ModelAsync(m, cancellation));
        return view.Or(v => new Answer<ModelView>(v, RegistryAnswers.Json.ModelView));
    }

    [Function(nameof(GetVersion))]
    public async Task<IResult> GetVersion(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/models/{model}/versions/{version}")] HttpRequest request,
        string model, string version, CancellationToken cancellation)
    {
        var view = await VersionReference.Parse(model, version).ThenAsync(v => versions.VersionAsync(v, cancellation));
        return view.Or(v => new Answer<VersionView>(v, RegistryAnswers.Json.VersionView));
    }

    /// <summary>204; 409 when an alias names the version.</summary>
    [Function(nameof(DeleteVersion))]
    [RequiresRole(Roles.ModelsRegister)]
    [Audited]
    public async Task<IResult> DeleteVersion(
        [HttpTrigger(AuthorizationLevel.Function, "delete", Route = "api/models/{model}/versions/{version}")] HttpRequest request,
        string model, string version, CancellationToken cancellation)
    {
        var actor = Actor.Of(request);
        var deleted = await actor.Then(_ => VersionReference.Parse(model, version)).ThenAsync(v => versions.DeleteAsync(v, actor.Value, cancellation));
        return deleted.Or(_ => TypedResults.NoContent());
    }
}
