using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Access;
using Tidemark.Platform.Http;

namespace Tidemark.Registry;

/// <summary>Shows and moves aliases.</summary>
public sealed class AliasFunctions(Aliases aliases, AliasHistory history)
{
    [Function(nameof(GetAlias))]
    public async Task<IResult> GetAlias(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/models/{model}/aliases/{alias}")] HttpRequest request,
        string model, string alias, CancellationToken cancellation)
    {
        var row = await AliasReference.Parse(model, alias).ThenAsync(a => aliases.CurrentAsync(a.Model, a.Alias, cancellation));
        return row.Or(Answer);
    }

    /// <summary>Needs <c>If-Match</c>, or <c>If-None-Match: *</c> the first time.</summary>
    [Function(nameof(PutAlias))]
    [RequiresRole(Roles.ModelsPromote)]
    [Audited]
    public async Task<IResult> PutAlias(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "api/models/{model}/aliases/{alias}")] HttpRequest request,
        string model, string alias, CancellationToken cancellation)
    {
        var wish = await AliasReference.Parse(model, alias).ThenAsync(a => AliasRequests.PromotionAsync(request, a, cancellation));
        var row = await wish.ThenAsync(w => aliases.PromoteAsync(w.Move, w.Version, cancellation));
        return row.Or(Answer);
    }

    /// <summary>Back to the version before, in one call; <c>Idempotency-Key</c> makes repeating it harmless.</summary>
    [Function(nameof(RollBack))]
    [RequiresRole(Roles.ModelsPromote)]
    [Audited]
    public async Task<IResult> RollBack(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/models/{model}/rollback")] HttpRequest request, string model, CancellationToken cancellation)
    {
        var move = await ModelName.Parse(model).ThenAsync(m => AliasRequests.RollbackAsync(request, m, cancellation));
        var row = await move.ThenAsync(m => aliases.RollBackAsync(m, cancellation));
        return row.Or(Answer);
    }

    /// <summary>All moves of <c>?alias=</c>, oldest first, or with <c>?at=</c> the one in force at that instant.</summary>
    [Function(nameof(GetHistory))]
    [RequiresRole(Roles.ReportsRead)]
    public async Task<IResult> GetHistory(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/models/{model}/history")] HttpRequest request, string model, CancellationToken cancellation)
    {
        var question = HistoryRequest.Of(model, request);
        if (!question.Ok) return new Problem(question.Failure);
        if (question.Value.At is { } at)
            return (await history.AtAsync(question.Value.Model, question.Value.Alias, at, cancellation)).Or(v => new Answer<HistoryView>(v, RegistryAnswers.Json.HistoryView));
        return (await history.PageAsync(question.Value.Model, question.Value.Alias, question.Value.After, cancellation)).Or(p => new Answer<HistoryPage>(p, RegistryAnswers.Json.HistoryPage));
    }

    private static Answer<AliasView> Answer(AliasRow row) => new(AliasView.Of(row), RegistryAnswers.Json.AliasView, etag: row.Tag);
}
