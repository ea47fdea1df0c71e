using Microsoft.Extensions.Logging;
using Tidemark.Platform.Alerts;

namespace Tidemark.Operations.Audit;

/// <summary>Verifies the trail by itself. The end of the chain goes to the log, which is kept elsewhere: it is what a later check can be held against.</summary>
public sealed partial class TrailWatch(TrailCheck check, AlertSender alerts, TimeProvider time, ILogger<TrailWatch> logger)
{
    public async Task RunAsync(CancellationToken cancellation)
    {
        TrailVerdict verdict = await check.VerifyAsync(cancellation);
        if (!verdict.Intact)
            await alerts.SendAsync(Alert(verdict, time.GetUtcNow()), cancellation);
        LogVerdict(verdict.Intact, verdict.Rows, verdict.End, verdict.EndHash);
    }

    private static Alert Alert(TrailVerdict verdict, DateTimeOffset now) => new()
    {
        Model = "suite",
        Kind = "audit",
        Severity = AlertSeverity.Critical,
        Title = "The audit trail has been tampered with",
        Detail = string.Join(' ', verdict.Faults.Take(5).Select(f => f.Detail)) + " GET /api/audit/verify tells all.",
        Subject = "trail",
        Window = now.UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
        Time = now,
        Runbook = "docs/security.md#the-audit-trail",
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "Audit trail verified: intact {Intact}, {Rows} rows, end {Sequence} with hash {Hash}.")]
    private partial void LogVerdict(bool intact, long rows, long sequence, string hash);
}
