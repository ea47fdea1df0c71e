using System.Runtime.CompilerServices;

namespace Tidemark.Tests;

/// <summary>The working tree that the tests were built from, and the shared data beside it.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath("..", Path.GetDirectoryName(ThisFile())!);

    /// <summary>The folder of real data (<c>TIDEMARK_DATA</c> or <c>../shared/data</c>), or null where there is none.</summary>
    public static string? Data { get; } =
        new[] { Environment.GetEnvironmentVariable("TIDEMARK_DATA"), Path.Combine(Root, "../shared/data") }
            .FirstOrDefault(Directory.Exists);

    /// <summary>Source files of the tree by pattern; build output, packages and hidden folders are left out.</summary>
    public static IEnumerable<string> Files(string pattern) =>
        Directory.EnumerateFiles(Root, pattern, SearchOption.AllDirectories)
            .Where(f => !Path.GetRelativePath(Root, f).Split('/').Any(part => part is "artifacts" or "node_modules" or "bin" or "obj" || part[0] == '.'));

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
