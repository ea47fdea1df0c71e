using Tidemark.Embedded;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>What an invocation was given and what it returned.</summary>
public static class FunctionContextBindingFeatureExtensions
{
    /// <summary>Binds the input of <paramref name="bindingMetadata"/>; the function gets the same value.</summary>
    public static async ValueTask<InputBindingData<T>> BindInputAsync<T>(this FunctionContext context, BindingMetadata bindingMetadata)
    {
        ArgumentNullException.ThrowIfNull(bindingMetadata);
        return await Invocation.Of(context).BindInputAsync<T>(bindingMetadata);
    }

    /// <summary>What the function returned, before it is sent.</summary>
    public static InvocationResult GetInvocationResult(this FunctionContext context) => new ReturnedObject(Invocation.Of(context));

    public static InvocationResult<T> GetInvocationResult<T>(this FunctionContext context) => new Returned<T>(Invocation.Of(context));

    /// <summary>Values of a multi-output class that are of type <typeparamref name="T"/>.</summary>
    public static IEnumerable<OutputBindingData<T>> GetOutputBindings<T>(this FunctionContext context) => Invocation.Of(context).Outputs<T>();
}
