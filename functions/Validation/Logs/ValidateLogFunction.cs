using Microsoft.Azure.Functions.Worker;

namespace Tidemark.Validation.Logs;

/// <summary>Every night at 00:30 UTC, when the files of the day before are written: has what models were asked validated.</summary>
public sealed class ValidateLogFunction(DailyLogs logs)
{
    [Function(nameof(ValidateLog))]
    public Task ValidateLog([TimerTrigger("0 30 0 * * *")] TimerInfo timer, CancellationToken cancellation) => logs.RequestAsync(cancellation);
}
