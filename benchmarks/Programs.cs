using System.ComponentModel;
using System.Diagnostics;
using Tidemark.Benchmarks.Predict;

namespace Tidemark.Benchmarks;

/// <summary>Peers that are measured as processes of their own and print what they found.</summary>
internal static class Programs
{
    /// <summary>Standard output of a program that ended well.</summary>
    public static async Task<string> RunAsync(string program, string[] arguments, CancellationToken cancellation)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> said = process.StandardError.ReadToEndAsync(cancellation);
        string text = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0 ? text : throw new BenchmarkException($"{program} {arguments[0]} ended with {process.ExitCode}: {await said}");
    }

    /// <summary>The first Python that has these modules: the one on the path, else Debian's; null where there is none.</summary>
    public static async Task<string?> PythonAsync(string modules, CancellationToken cancellation)
    {
        foreach (string python in new[] { "python3", "/usr/bin/python3" })
        {
            try
            {
                await RunAsync(python, ["-c", $"import {modules}"], cancellation);
                return python;
            }
            catch (Exception e) when (e is BenchmarkException or Win32Exception)
            {
            }
        }
        return null;
    }
}
