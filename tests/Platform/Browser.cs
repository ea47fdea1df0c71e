using System.Diagnostics;
using Xunit;

namespace Tidemark.Tests.Platform;

/// <summary>Chromium without a screen, to which every name outside is unknown.</summary>
internal static class Browser
{
    /// <summary>The page as it stands when its scripts have run. Skips the test where there is no browser or no charting library.</summary>
    public static async Task<string> DomAsync(string page)
    {
        string? browser = Environment.GetEnvironmentVariable("PATH")!.Split(':').SelectMany(p => new[] { "chromium", "chromium-browser", "google-chrome" }.Select(n => Path.Combine(p, n))).FirstOrDefault(File.Exists);
        Assert.SkipWhen(browser is null, "No Chromium: apt-get install chromium.");
        Assert.SkipWhen(!Directory.Exists(Path.Combine(Repository.Root, "node_modules", "vega")), "The charting library is absent: npm ci, then build again.");
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "page.html");
        await File.WriteAllTextAsync(file, page, TestContext.Current.CancellationToken);
        return await RunAsync(browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND",
            $"--user-data-dir={Path.Combine(folder.Path, "profile")}", "--virtual-time-budget=20000", "--dump-dom", new Uri(file).AbsoluteUri);
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> said = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string text = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, await said);
        return text;
    }
}
