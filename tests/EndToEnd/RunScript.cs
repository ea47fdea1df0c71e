using System.Globalization;
using Tidemark.Local;

namespace Tidemark.Tests.EndToEnd;

/// <summary>A started <c>./run</c>. Everything it starts inherits a mark in the environment, by which it is found again.</summary>
internal sealed class RunScript : IAsyncDisposable
{
    private readonly string mark = $"TIDEMARK_TEST_MARK={Guid.NewGuid():N}";

    private RunScript(string? path, string[] arguments)
    {
        var environment = new Dictionary<string, string?> { [mark.Split('=')[0]] = mark.Split('=')[1] };
        if (path is not null) environment["PATH"] = path;
        Process = ChildProcess.Start(Find("bash"), [Path.Combine(Repository.Root, "run"), .. arguments], environment, "install bash.");
    }

    public ChildProcess Process { get; }

    /// <summary>What it said, without the lines that say what is being waited for.</summary>
    public IEnumerable<string> Said => Process.Output.Where(line => !line.EndsWith(" ...", StringComparison.Ordinal));

    public static RunScript Start(params string[] arguments) => new(path: null, arguments);

    /// <param name="path">All that it finds programs in.</param>
    /// <param name="option">An option of <c>./run</c>.</param>
    public static RunScript Start(string path, string option) => new(path, [option]);

    /// <summary>Full path of a program.</summary>
    public static string Find(string tool) => Environment.GetEnvironmentVariable("PATH")!.Split(':')
        .Select(folder => Path.Combine(folder, tool)).First(File.Exists);

    /// <summary>Everything is up and shown.</summary>
    public async Task StartedAsync()
    {
        if (await Process.WaitForLineAsync(l => l.StartsWith("Ctrl-C stops everything", StringComparison.Ordinal)) is null)
            throw new InvalidOperationException($"./run ended: {string.Join('\n', Process.Output)}");
    }

    /// <summary>What is alive of what it started, itself included (it becomes the launcher).</summary>
    public List<(int Id, string Command)> Processes() => [.. Directory.EnumerateDirectories("/proc")
        .Select(folder => (Name: Path.GetFileName(folder), folder))
        .Where(p => int.TryParse(p.Name, out _) && Read(p.folder, "environ").Contains(mark, StringComparison.Ordinal))
        .Select(p => (int.Parse(p.Name, CultureInfo.InvariantCulture), Read(p.folder, "cmdline").Replace('\0', ' ')))];

    public async ValueTask DisposeAsync() => await Process.DisposeAsync();

    // Empty for a process that has just gone or is not ours.
    private static string Read(string folder, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
