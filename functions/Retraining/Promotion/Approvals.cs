using Microsoft.AspNetCore.Http;
using Tidemark.Platform.Alerts;
using Tidemark.Platform.Errors;
using Tidemark.Platform.Http;
using Tidemark.Retraining.Orchestration;
using Tidemark.Retraining.Records;

namespace Tidemark.Retraining.Promotion;

/// <summary>A person's word: asked for, checked, written down. Whoever started a retraining does not approve it, nor does nobody in particular.</summary>
public sealed class Approvals(RetrainingRecords records, AlertSender alerts)
{
    private const int LongestReason = 1000;

    /// <summary>Asks people, or reminds them from the second time on.</summary>
    public async Task<StepOutcome> AskAsync(RetrainingId id, int number, CancellationToken cancellation)
    {
        OpenRetraining open = await records.EnterAsync(id, RetrainingState.AwaitingApproval, cancellation);
        await alerts.SendAsync(new Alert
        {
            Model = id.Model.ToString(),
            Kind = "retraining-approval",
            Severity = AlertSeverity.Warning,
            Title = $"{id.Model}: version {open.Row.Candidate} waits for approval{(number > 1 ? $" (reminder {number - 1})" : "")}",
            Detail = $"It has passed the gates. Look at GET /api/retrainings/{id}/report, then POST /api/retrainings/{id}/approve or /reject. It expires {open.Policy.Approval.DeadlineOrUsual:c} after it was first asked.",
            Subject = id.ToString(),
            Window = $"{number}",
            Time = records.Now,
            Runbook = "docs/retraining.md#approval",
        }, cancellation);
        return StepOutcome.GoOn("Asked.");
    }

    public async Task<StepOutcome> NoteAsync(RetrainingId id, ApprovalWish wish, CancellationToken cancellation)
    {
        string sentence = $"{(wish.Approved ? "Approved" : "Rejected")} by {wish.By}: {wish.Reason}";
        await records.DecideAsync(id, Decision.Of("approval", wish.Approved, sentence, records.Now), cancellation);
        return wish.Approved ? StepOutcome.GoOn(sentence) : new(RetrainingState.Rejected, sentence);
    }

    /// <summary>Reads an approval or rejection of a retraining that waits for one.</summary>
    public async Task<Outcome<(RetrainingRow Row, ApprovalWish Wish)>> WishAsync(HttpRequest request, string id, bool approved, CancellationToken cancellation)
    {
        var said = await SaidAsync(request, id, cancellation);
        if (!said.Ok) return said.Failure;
        (RetrainingRow row, string by, string reason) = said.Value;
        if (row.State != RetrainingState.AwaitingApproval)
            return new Failure(FailureKind.Conflict, "Not waiting for approval", $"The retraining {row.RowKey} is {RetrainingView.Word(row.State)} and waits for nobody's approval.");
        if (by == Actor.Anonymous.ToString()) return new Failure(FailureKind.Malformed, "Nobody's approval", $"Say who you are in the header {Actor.Header}: an approval has a name.");
        if (by == row.StartedBy) return new Failure(FailureKind.Forbidden, "Approval by a second person", $"'{by}' has started the retraining {row.RowKey}; somebody else must approve or reject it.");
        return (row, new ApprovalWish(approved, by, reason));
    }

    /// <summary>Reads a cancellation of a retraining that can still be stopped.</summary>
    public async Task<Outcome<(RetrainingRow Row, CancelWish Wish)>> CancelAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        var said = await SaidAsync(request, id, cancellation);
        if (!said.Ok) return said.Failure;
        (RetrainingRow row, string by, string reason) = said.Value;
        return row.State.IsCancellable() ? (row, new CancelWish(by, reason)) : new Failure(
            FailureKind.Conflict, "Too late to cancel",
            $"The retraining {row.RowKey} is {RetrainingView.Word(row.State)}.{(row.State.IsEnd() ? "" : $" What it has promoted is taken back with POST /api/models/{row.PartitionKey}/rollback.")}");
    }

    private async Task<Outcome<(RetrainingRow Row, string By, string Reason)>> SaidAsync(HttpRequest request, string id, CancellationToken cancellation)
    {
        var actor = Actor.Of(request);
        if (!actor.Ok) return actor.Failure;
        string reason = "no reason given";
        var sent = await JsonBody.BytesAsync(request, cancellation);
        if (!sent.Ok) return sent.Failure;
        if (sent.Value.Length > 0)
        {
            var body = JsonBody.Parse(sent.Value);
            if (!body.Ok) return body.Failure;
            if (body.Value.TryGetProperty("reason", out var given) && given.ValueKind == System.Text.Json.JsonValueKind.String) reason = given.GetString()!;
        }

        if (reason.Length > LongestReason) return new Failure(FailureKind.Malformed, "Reason too long", $"The reason has {reason.Length} characters; at most {LongestReason} are kept.");
        var row = await RetrainingId.Parse(id).ThenAsync(i => records.ReadAsync(i, cancellation));
        return row.Map(r => (r, actor.Value.ToString(), reason));
    }
}
