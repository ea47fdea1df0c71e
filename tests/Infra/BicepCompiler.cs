using System.Diagnostics;

namespace Tidemark.Tests.Infra;

/// <summary>The Bicep compiler where it is on the path.</summary>
internal static class BicepCompiler
{
    private static readonly string? Program = Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, "bicep")).FirstOrDefault(File.Exists);

    public static bool IsInstalled => Program is not null;

    /// <summary>What it says of files that it builds and lints; nothing where it is content.</summary>
    public static string Complaints(IEnumerable<string> files) => string.Concat(files.SelectMany(file => (string[])[Run("build", file, "--stdout"), Run("lint", file)]));

    private static string Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Program!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        string said = process.StandardError.ReadToEnd();
        output.GetAwaiter().GetResult();
        process.WaitForExit();
        return said;
    }
}
