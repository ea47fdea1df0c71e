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
}
