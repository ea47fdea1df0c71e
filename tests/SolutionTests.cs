using System.Diagnostics;
using Xunit;

namespace Tidemark.Tests;

public sealed class SolutionTests
{
    [Fact]
    public void Classic_solution_file_names_every_project()
    {
        string root = Repository.Root;
        string solution = File.ReadAllText(Path.Combine(root, "Functions.sln"));

        Assert.StartsWith("Microsoft Visual Studio Solution File, Format Version 12.00", solution.TrimStart('\uFEFF', '\r', '\n'));
        foreach (string project in Repository.Files("*.csproj"))
            Assert.Contains(Path.GetFileName(project), solution);
    }

    /// <summary>The script up to its trap, then the ending given: what follows the trap installs and builds.</summary>
    [Theory]
    [InlineData("failed=1; true", 1, "0 passed, 1 failed")]
    [InlineData("passed=2; true", 0, "2 passed, 0 failed")]
    [InlineData("passed=2; exit 3", 1, "2 passed, 1 failed")]
    public async Task Test_script_ends_in_an_error_when_anything_failed(string ending, int code, string count)
    {
        string[] script = await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "test"), TestContext.Current.CancellationToken);
        int trap = Array.FindIndex(script, line => line.StartsWith("trap ", StringComparison.Ordinal));
        string begun = string.Join('\n', script.Take(trap + 1).Where(line => !line.StartsWith("cd ", StringComparison.Ordinal)));

        using Process run = Process.Start(new ProcessStartInfo("bash", ["-c", $"{begun}\n{ending}"]) { RedirectStandardOutput = true })!;
        string said = await run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await run.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((code, count), (run.ExitCode, said.Trim()));
    }
}
