using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;

namespace Tidemark.Tests.Faults.App;

/// <summary>Says on standard output when it takes a message and when it is done with it; with the setting HOLD it is never done.</summary>
public sealed class WorkFunction(IConfiguration settings)
{
    [Function(nameof(Work))]
    public async Task Work([QueueTrigger("work")] string message, int dequeueCount, CancellationToken cancellation)
    {
        Console.WriteLine($"took {message}, try {dequeueCount}");
        if (settings["HOLD"] is not null) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
        Console.WriteLine($"did {message}, try {dequeueCount}");
    }
}
