using Microsoft.Azure.Functions.Worker;

namespace Tidemark.Embedded;

/// <summary>The list of functions that the host prints when it is up, in the words of <c>func start</c>.</summary>
internal static class FunctionListing
{
    public static void Write(TextWriter output, FunctionCatalog catalog, string prefix, int port)
    {
        output.WriteLine();
        output.WriteLine("Functions:");
        output.WriteLine();
        foreach (FunctionEntry function in catalog.Functions)
            output.WriteLine($"\t{function.Name}: {Describe(function, prefix, port)}");
        output.WriteLine();
        output.WriteLine($"Host started: http://127.0.0.1:{port}");
        output.Flush();
    }

    private static string Describe(FunctionEntry function, string prefix, int port) => function.Trigger switch
    {
        HttpTriggerAttribute http => $"{Methods(http)} http://localhost:{port}/{HttpRoutes.Template(function, prefix)}",
        QueueTriggerAttribute queue => $"queueTrigger {queue.QueueName}",
        TimerTriggerAttribute timer => $"timerTrigger {timer.Schedule}",
        _ => NamedBinding.TypeOf(function.Trigger),
    };

    private static string Methods(HttpTriggerAttribute http) =>
        http.Methods is { Length: > 0 } methods ? $"[{string.Join(',', methods.Select(m => m.ToUpperInvariant()))}]" : "[ANY]";
}
