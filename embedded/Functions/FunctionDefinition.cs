using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Tidemark.Embedded;

/// <summary>The genuine view of a function, made from its method.</summary>
internal sealed class MethodDefinition : FunctionDefinition
{
    public MethodDefinition(string name, MethodInfo method, IEnumerable<BindingMetadata> inputs, IEnumerable<BindingMetadata> outputs)
    {
        Name = name;
        EntryPoint = $"{method.DeclaringType!.FullName}.{method.Name}";
        PathToAssembly = method.Module.FullyQualifiedName;
        Id = StableHash($"{name}|{method.Module.Name}|{EntryPoint}").ToString(CultureInfo.InvariantCulture);
        Parameters = [.. method.GetParameters().Select(p => new FunctionParameter(p.Name!, p.ParameterType, p.HasDefaultValue, p.HasDefaultValue ? p.DefaultValue : null))];
        InputBindings = inputs.ToImmutableDictionary(b => b.Name);
        OutputBindings = outputs.ToImmutableDictionary(b => b.Name);
    }

    public override ImmutableArray<FunctionParameter> Parameters { get; }

    public override string PathToAssembly { get; }

    public override string EntryPoint { get; }

    public override string Id { get; }

    public override string Name { get; }

    public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; }

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings { get; }

    /// <summary>FNV-1a: the same in every process, unlike <see cref="string.GetHashCode()"/>.</summary>
    private static uint StableHash(string text) => text.Aggregate(2166136261u, (hash, c) => (hash ^ c) * 16777619u);
}

internal sealed class NamedBinding(string name, string type, BindingDirection direction) : BindingMetadata
{
    public override string Name { get; } = name;

    public override string Type { get; } = type;

    public override BindingDirection Direction { get; } = direction;

    /// <summary>The word of function metadata for a binding attribute, such as "queueTrigger" or "queue".</summary>
    public static string TypeOf(BindingAttribute binding)
    {
        string name = binding.GetType().Name;
        name = char.ToLowerInvariant(name[0]) + name[1..^nameof(Attribute).Length];
        return binding is OutputBindingAttribute ? name[..^"Output".Length] : name;
    }
}
