using Microsoft.Azure.Functions.Worker.Middleware;

namespace Tidemark.Embedded;

/// <summary>The app's middleware in the order of registration, and the function at the end.</summary>
internal sealed class FunctionPipeline
{
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> steps = [];

    public void Add(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> step) => steps.Add(step);

    public FunctionExecutionDelegate Build() => steps.AsEnumerable().Reverse().Aggregate(
        (FunctionExecutionDelegate)(static context => Invocation.Of(context).ExecuteAsync()), (next, step) => step(next));
}
