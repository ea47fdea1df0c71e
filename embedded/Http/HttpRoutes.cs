using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;

namespace Tidemark.Embedded;

/// <summary>Route templates of HTTP functions.</summary>
internal static partial class HttpRoutes
{
    /// <summary>The route of an HTTP function, such as "api/models/{model}".</summary>
    public static string Template(FunctionEntry function, string prefix)
    {
        string route = Trigger(function).Route?.TrimStart('/') ?? function.Name;
        return prefix.Length == 0 ? route : $"{prefix}/{route}";
    }

    /// <summary>Functions that would answer the same requests: routing could not choose between them.</summary>
    public static IEnumerable<string> Clashes(FunctionCatalog catalog, string prefix)
    {
        var takenBy = new Dictionary<(string Route, string Method), FunctionEntry>();
        foreach (FunctionEntry function in catalog.Functions.Where(f => f.Trigger is HttpTriggerAttribute))
        {
            string route = ParameterName().Replace(Template(function, prefix), "{").ToUpperInvariant();
            foreach (string method in Methods(function).Where(m => !takenBy.TryAdd((route, m), function)))
            {
                FunctionEntry other = takenBy[(route, method)];
                yield return $"{function.Definition.EntryPoint}: {method} {Template(function, prefix)} is the route of {other.Definition.EntryPoint} too; give each a route or a method of its own.";
            }
        }
    }

    private static IEnumerable<string> Methods(FunctionEntry function) =>
        Trigger(function).Methods is { Length: > 0 } methods ? methods.Select(m => m.ToUpperInvariant()).Distinct() : ["ANY"];

    private static HttpTriggerAttribute Trigger(FunctionEntry function) => (HttpTriggerAttribute)function.Trigger;

    [GeneratedRegex(@"\{[^:}?*=]*", RegexOptions.CultureInvariant)]
    private static partial Regex ParameterName();
}
