using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Converters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Tidemark.Embedded;

/// <summary>
/// The converters of the app, one instance each: those that a parameter or its type names, then the registered ones in order.
/// </summary>
internal sealed class ConverterSet
{
    private readonly IServiceProvider services;
    private readonly List<IInputConverter> registered;
    private readonly ConcurrentDictionary<Type, IInputConverter> made = new();

    public ConverterSet(IServiceProvider services, IOptions<WorkerOptions> options)
    {
        this.services = services;
        AreBuiltIn = options.Value.InputConverters.SequenceEqual(BuiltInConverters.Types);
        registered = [.. options.Value.InputConverters.Select(Make)];
    }

    /// <summary>False once the app registered, moved or removed a converter: then every parameter is converted by the list.</summary>
    public bool AreBuiltIn { get; }

    public IReadOnlyList<IInputConverter> For(ParameterInfo parameter)
    {
        if (DurableConverters.Of(parameter) is { } durable)
            return [Make(durable)];
        List<InputConverterAttribute> own = [.. parameter.GetCustomAttributes<InputConverterAttribute>()];
        if (own.Count == 0)
            own.AddRange(parameter.ParameterType.GetCustomAttributes<InputConverterAttribute>());
        return [.. own.Select(o => Make(o.ConverterType)), .. registered];
    }

    private IInputConverter Make(Type type) =>
        made.GetOrAdd(type, t => (IInputConverter)ActivatorUtilities.CreateInstance(services, t));
}
