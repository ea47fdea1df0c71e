using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Tidemark.Platform.Access;

/// <summary>What is asked of the callers of a function.</summary>
internal sealed record AccessRule(string? Role, bool Audited);

/// <summary>The rules that stand as attributes on the functions, read once a function.</summary>
internal static class AccessRules
{
    private static readonly ConcurrentDictionary<string, AccessRule> Known = new(StringComparer.Ordinal);

    public static AccessRule Of(FunctionDefinition function) =>
        Known.TryGetValue(function.EntryPoint, out AccessRule? rule) ? rule : Known.GetOrAdd(function.EntryPoint, Read(function));

    /// <exception cref="InvalidOperationException">The function's method is not in the loaded assemblies; it is then not run.</exception>
    private static AccessRule Read(FunctionDefinition function)
    {
        int end = function.EntryPoint.LastIndexOf('.');
        string type = function.EntryPoint[..end], method = function.EntryPoint[(end + 1)..];
        MethodInfo found = AppDomain.CurrentDomain.GetAssemblies()
            .Select(a => a.GetType(type) ?? a.GetType(NestedName(type)))
            .SelectMany(t => t?.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static) ?? [])
            .FirstOrDefault(m => m.Name == method && m.GetCustomAttribute<FunctionAttribute>()?.Name == function.Name)
            ?? throw new InvalidOperationException($"The method of function '{function.Name}' was not found at '{function.EntryPoint}'.");
        return new(found.GetCustomAttribute<RequiresRoleAttribute>()?.Role, found.IsDefined(typeof(AuditedAttribute)));
    }

    /// <summary>Entry points name a nested class with a point, reflection with a plus.</summary>
    private static string NestedName(string type) => type.LastIndexOf('.') is > 0 and var point ? $"{type[..point]}+{type[(point + 1)..]}" : type;
}
