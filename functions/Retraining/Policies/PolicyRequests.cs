using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Registry;

namespace Tidemark.Retraining.Policies;

/// <summary>A policy as answered.</summary>
public sealed record PolicyView(int Version, DateTimeOffset Saved, string By, JsonElement Policy);

/// <summary>Shows and changes policies. A model may have one before it has a version: the first one may come of it.</summary>
public sealed class PolicyRequests(PolicyStore store)
{
    public async Task<Outcome<(StoredPolicy Stored, string Tag)>> ReadAsync(ModelName model, CancellationToken cancellation) =>
        await store.CurrentAsync(model, cancellation) is { } stored ? stored : PolicyStore.Absent(model);

    public async Task<Outcome<(StoredPolicy Stored, string Tag)>> WriteAsync(ModelName model, HttpRequest request, CancellationToken cancellation)
    {
        var condition = Precondition.Of(request);
        if (!condition.Ok) return condition.Failure;
        if (condition.Value is null) return NoCondition(model);
        var actor = Actor.Of(request);
        if (!actor.Ok) return actor.Failure;
        var body = await JsonBody.ObjectAsync(request, cancellation);
        var policy = body.Then(PolicyReader.Read);
        if (!policy.Ok) return policy.Failure;
        return await store.WriteAsync(model, body.Value, condition.Value, actor.Value, cancellation);
    }

    private static Failure NoCondition(ModelName model) => new(
        FailureKind.PreconditionRequired, "Condition required",
        $"Changing the retraining policy of '{model}' needs the header If-Match with the ETag of GET /api/models/{model}/retraining-policy, or If-None-Match: * to store the first.");
}
