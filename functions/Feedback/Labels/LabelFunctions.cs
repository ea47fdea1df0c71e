using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Tidemark.Platform.Access;
using Tidemark.Platform.Http;
using Tidemark.Platform.Storage;

namespace Tidemark.Feedback.Labels;

/// <summary>Takes what came true of predictions.</summary>
public sealed class LabelFunctions(Submissions submissions, LabelIntake intake)
{
    /// <summary>202 when the labels are safe; they are counted soon after.</summary>
    [Function(nameof(SubmitFeedback))]
    [RequiresRole(Roles.FeedbackWrite)]
    [Audited]
    public async Task<IResult> SubmitFeedback(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/feedback")] HttpRequest request, CancellationToken cancellation)
    {
        string? key = request.Headers["Idempotency-Key"].ToString() is { Length: > 0 } given ? given : null;
        var body = await JsonBody.ObjectAsync(request, cancellation);
        var accepted = await body.Then(FeedbackRequest.Parse).ThenAsync(r => submissions.AcceptAsync(r, key, cancellation));
        return accepted.Or(state => new Answer<SubmissionState>(state, FeedbackJson.Default.SubmissionState, StatusCodes.Status202Accepted, location: $"/api/feedback/{state.Id}"));
    }

    [Function(nameof(GetFeedback))]
    public async Task<IResult> GetFeedback(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/feedback/{id}")] HttpRequest request, string id, CancellationToken cancellation)
    {
        var found = await submissions.FindAsync(id, cancellation);
        return found.Or(state => new Answer<SubmissionState>(state, FeedbackJson.Default.SubmissionState));
    }

    [Function(nameof(KeepLabels))]
    public Task KeepLabels([QueueTrigger(StorageNames.Queues.Feedback)] string message, CancellationToken cancellation) => intake.TakeAsync(message, cancellation);
}
