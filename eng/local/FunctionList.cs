using System.Text.RegularExpressions;

namespace Tidemark.Local;

/// <summary>A function as the host lists it at its start: its name, and its methods and path, its queue or its schedule.</summary>
internal sealed record ListedFunction(string Name, string Trigger, string Where)
{
    /// <value>The trigger of functions that answer HTTP requests; others are named like their attribute.</value>
    public const string Http = "http";

    /// <summary>The path alone, where there is one.</summary>
    public string Path => Where[(Where.LastIndexOf(' ') + 1)..];
}

/// <summary>Reads the list of functions in the host's output, which is written like that of <c>func start</c>.</summary>
internal static partial class FunctionList
{
    public static IReadOnlyList<ListedFunction> Read(IEnumerable<string> hostOutput) =>
        [.. hostOutput.Select(line => Line().Match(line)).Where(m => m.Success).Select(Parse)];

    private static ListedFunction Parse(Match line)
    {
        string name = line.Groups["name"].Value;
        return line.Groups["methods"].Success
            ? new(name, ListedFunction.Http, $"{line.Groups["methods"].Value.Replace(',', ' '),-6} {line.Groups["path"].Value}")
            : new(name, line.Groups["trigger"].Value, line.Groups["source"].Value);
    }

    [GeneratedRegex(@"^\t(?<name>\w+): (\[(?<methods>[A-Z,]+)\] http://[^/]+(?<path>/.*)|(?<trigger>\w+)Trigger( (?<source>.+))?)$")]
    private static partial Regex Line();
}
