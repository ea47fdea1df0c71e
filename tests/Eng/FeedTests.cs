using System.Diagnostics;
using System.Runtime.Versioning;
using Xunit;

namespace Tidemark.Tests.Eng;

/// <summary><c>eng/feed.cs</c> as it is run, with another <c>npm</c> first on the path.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class FeedTests
{
    [Fact]
    public async Task Package_that_is_not_the_pinned_one_is_refused_with_both_hashes_and_the_remedy()
    {
        using var tools = new TemporaryFolder();
        using var feed = new TemporaryFolder();
        // Packs five bytes under the name that npm prints; their SHA-512 in base64 is computed below by another program.
        await WriteNpmAsync(tools.Path, "printf other >\"$4/other.tgz\"; echo other.tgz");

        var (code, said) = await RunFeedAsync(feed.Path, tools.Path);

        Assert.Equal(1, code);
        Assert.Matches(@"(@azure/mcp-linux-x64|com\.github\.asus4\.onnxruntime) [0-9.]+ is not the file that was pinned", said);
        Assert.Matches(@"expected SHA-512  [A-Za-z0-9+/]{86}==", said);
        Assert.Contains($"actual SHA-512    {await Sha512Async("other")}", said);
        Assert.Contains("Try again in case the download was damaged", said);
        Assert.Empty(Directory.GetFiles(feed.Path, "*.nupkg*"));
        Assert.DoesNotContain("   at ", said);
    }

    [Fact]
    public async Task Failing_npm_is_said_in_one_sentence()
    {
        using var tools = new TemporaryFolder();
        using var feed = new TemporaryFolder();
        await WriteNpmAsync(tools.Path, "echo 'npm error network unreachable' >&2; exit 7");

        var (code, said) = await RunFeedAsync(feed.Path, tools.Path);

        Assert.Equal(1, code);
        Assert.Contains("npm error network unreachable", said);
        Assert.Matches("`npm pack .*` ended with exit code 7: see its message above", said);
        Assert.DoesNotContain("   at ", said);
    }

    [Fact]
    public async Task Missing_npm_is_said_in_one_sentence()
    {
        using var tools = new TemporaryFolder();
        using var feed = new TemporaryFolder();

        var (code, said) = await RunFeedAsync(feed.Path, tools.Path, restOfPath: "");

        Assert.Equal(1, code);
        Assert.Contains("npm was not found: install Node.js 20 or later, which brings it, and try again.", said);
        Assert.DoesNotContain("   at ", said);
    }

    private static async Task WriteNpmAsync(string folder, string body)
    {
        string npm = Path.Combine(folder, "npm");
        await File.WriteAllTextAsync(npm, $"#!/bin/sh\n{body}\n");
        File.SetUnixFileMode(npm, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private static async Task<string> Sha512Async(string text) =>
        (await RunAsync("node", ["-p", $"require('crypto').createHash('sha512').update('{text}').digest('base64')"], null)).Said.Trim();

    private static Task<(int Code, string Said)> RunFeedAsync(string feed, string tools, string? restOfPath = null) => RunAsync(
        Dotnet(), ["run", Path.Combine(Repository.Root, "eng/feed.cs"), "--", feed, "--all"],
        $"{tools}:{restOfPath ?? Environment.GetEnvironmentVariable("PATH")}");

    // By its full path, because one of the tests leaves nothing on the path.
    private static string Dotnet() => Environment.GetEnvironmentVariable("PATH")!.Split(':')
        .Select(folder => Path.Combine(folder, "dotnet")).First(File.Exists);

    private static async Task<(int Code, string Said)> RunAsync(string program, string[] arguments, string? path)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (path is not null) start.Environment["PATH"] = path;
        using var process = Process.Start(start)!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(said));
    }
}
