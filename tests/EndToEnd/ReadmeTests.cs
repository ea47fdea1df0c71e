using System.Text.RegularExpressions;
using Tidemark.Local;
using Xunit;

namespace Tidemark.Tests.EndToEnd;

/// <summary>What the README says works when pasted, and names every function.</summary>
[Collection(SuiteTests.Name)]
public sealed partial class ReadmeTests(SuiteFixture running)
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));

    [Fact]
    public async Task Curl_lines_register_promote_and_ask_a_model()
    {
        string lines = CurlBlock().Match(Readme).Groups[1].Value.Replace("http://localhost:7071/", running.Suite.Host.Address.ToString(), StringComparison.Ordinal);
        string script = $"set -e\ncd '{Repository.Root}'\ncurl() {{ command curl --fail-with-body \"$@\"; echo; }}\n{lines}";

        await using var bash = ChildProcess.Start("bash", ["-c", script], environment: null, "install bash.");

        Assert.True(await bash.Exited.Soon() == 0, string.Join('\n', bash.Output));
        Assert.Equal(5, bash.Output.Count); // one line of JSON for each call
        Assert.Contains("\"model_version\":\"1\"", bash.Output[2]);
        Assert.Contains("\"predictions\":[", bash.Output[3]);
    }

    [Fact]
    public void Every_function_is_in_the_table()
    {
        var functions = FunctionList.Read(running.Suite.Host.Output);

        Assert.NotEmpty(functions);
        Assert.All(functions, function => Assert.Contains($"`{function.Name}`", Readme));
    }

    [GeneratedRegex("```sh\n(# Register.*?)```", RegexOptions.Singleline)]
    private static partial Regex CurlBlock();
}
