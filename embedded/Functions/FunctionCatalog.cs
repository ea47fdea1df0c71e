using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace Tidemark.Embedded;

/// <summary>Every function of the app, read once at start.</summary>
internal sealed class FunctionCatalog
{
    private readonly Dictionary<string, FunctionEntry> byName;

    private FunctionCatalog(IReadOnlyList<FunctionEntry> functions)
    {
        Functions = functions;
        byName = functions.ToDictionary(f => f.Name, StringComparer.OrdinalIgnoreCase);
    }

    public IReadOnlyList<FunctionEntry> Functions { get; }

    /// <summary>The function of that name, in any case; null where there is none.</summary>
    public FunctionEntry? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>Reads the functions among <paramref name="types"/>.</summary>
    /// <exception cref="StartRefusedException">Everything that the genuine build or host would refuse, in one list.</exception>
    public static FunctionCatalog Discover(IEnumerable<Type> types)
    {
        var problems = new List<string>();
        var functions = new List<FunctionEntry>();
        foreach (Type type in types.Where(t => t is { IsClass: true } and not { IsAbstract: true, IsSealed: false }))
        {
            foreach (MethodInfo method in Methods(type))
            {
                if (method.GetCustomAttribute<FunctionAttribute>() is { } attribute && FunctionReader.Read(method, attribute, problems) is { } function)
                    functions.Add(function);
            }
        }

        foreach (IGrouping<string, FunctionEntry> same in functions.GroupBy(f => f.Name, StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
        {
            string places = string.Join(" and ", same.Select(f => f.Definition.EntryPoint));
            problems.Add($"AZFW0017 the function name '{same.Key}' is used by {places}; give each function a name of its own.");
        }

        if (problems.Count > 0)
            throw new StartRefusedException(problems);
        return new FunctionCatalog([.. functions.OrderBy(f => f.Name, StringComparer.Ordinal)]);
    }

    /// <summary>A function belongs to the class that declares it; those of an abstract class belong to each that derives from it.</summary>
    private static IEnumerable<MethodInfo> Methods(Type type) =>
        type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance)
            .Where(m => m.DeclaringType == type || m.DeclaringType!.IsAbstract);
}
