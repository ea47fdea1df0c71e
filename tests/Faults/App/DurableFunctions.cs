using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.Configuration;

namespace Tidemark.Tests.Faults.App;

/// <summary>Three activities in turn, each of which says when it begins and when it is done; with the setting HOLD the second is never done.</summary>
public sealed class DurableFunctions(IConfiguration settings)
{
    [Function(nameof(Story))]
    public static async Task<string> Story([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        List<string> told = [];
        foreach (string part in (List<string>)["beginning", "middle", "end"]) told.Add(await context.CallActivityAsync<string>(nameof(Tell), part));
        return string.Join(", ", told);
    }

    [Function(nameof(Tell))]
    public async Task<string> Tell([ActivityTrigger] string part, CancellationToken cancellation)
    {
        Console.WriteLine($"begins the {part}");
        if (part == "middle" && settings["HOLD"] is not null) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
        Console.WriteLine($"told the {part}");
        return part;
    }
}
