using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Access;
using Tidemark.Platform.Http;
using Tidemark.Registry;
using Tidemark.Retraining.Policies;

namespace Tidemark.Retraining.Http;

/// <summary>Shows and changes when and how a model is trained anew.</summary>
public sealed class RetrainingPolicyFunctions(PolicyRequests policies)
{
    [Function(nameof(GetRetrainingPolicy))]
    [RequiresRole(Roles.ReportsRead)]
    public async Task<IResult> GetRetrainingPolicy(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/models/{model}/retraining-policy")] HttpRequest request, string model, CancellationToken cancellation)
    {
        var found = await ModelName.Parse(model).ThenAsync(m => policies.ReadAsync(m, cancellation));
        return found.Or(Shown);
    }

    /// <summary>Needs <c>If-Match</c>, or <c>If-None-Match: *</c> the first time.</summary>
    [Function(nameof(PutRetrainingPolicy))]
    [RequiresRole(Roles.RetrainingApprove)]
    [Audited]
    public async Task<IResult> PutRetrainingPolicy(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "api/models/{model}/retraining-policy")] HttpRequest request, string model, CancellationToken cancellation)
    {
        var stored = await ModelName.Parse(model).ThenAsync(m => policies.WriteAsync(m, request, cancellation));
        return stored.Or(Shown);
    }

    private static Answer<PolicyView> Shown((StoredPolicy Stored, string Tag) policy) =>
        new(new(policy.Stored.Version, policy.Stored.Saved, policy.Stored.By, policy.Stored.Policy), RetrainingAnswersJson.Default.PolicyView, etag: policy.Tag);
}
