using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Tidemark.Local;
using Xunit;

namespace Tidemark.Tests.EndToEnd;

/// <summary><c>./run</c> as a person starts it.</summary>
public sealed class RunTests
{
    [Fact]
    public async Task Check_predicts_over_both_protocols_as_the_committed_figures_say_and_stops_everything()
    {
        await using var run = RunScript.Start("--check", "--port", "0", "--storage-port", "0");

        Assert.Equal(0, await run.Process.Exited.Soon());

        Assert.Contains(run.Process.Output, l => l.StartsWith("ok    /v2/models/heart/infer: 3 of 3 rows"));
        Assert.Contains(run.Process.Output, l => l.StartsWith("ok    /models/heart/invocations: 5 of 5 rows"));
        Assert.Contains(run.Process.Output, l => l.StartsWith("ok    incoming/heart/demo.csv: 10,000 rows scored"));
        Assert.Equal("Check passed.", run.Process.Output[^1]);
        Assert.Empty(run.Processes());
    }

    [Fact]
    public async Task Taken_port_is_said_in_one_sentence_with_the_remedy()
    {
        using var squatter = new TcpListener(IPAddress.Loopback, 0);
        squatter.Start();
        int port = ((IPEndPoint)squatter.LocalEndpoint).Port;

        await using var run = RunScript.Start("--check", "--port", $"{port}", "--storage-port", "0");

        Assert.Equal(1, await run.Process.Exited.Soon());
        Assert.Equal([$"Port {port} is taken: stop what listens there, or choose another with `./run --port N` (0: any free one)."], run.Said);
        Assert.Empty(run.Processes());
    }

    [Theory]
    [InlineData("node", "node was not found: install Node.js 20 or later and try again.")]
    [InlineData("npm", "npm was not found: install Node.js 20 or later with npm and try again.")]
    [InlineData("dotnet", "dotnet was not found: install the .NET 10 SDK and try again.")]
    public async Task Missing_tool_is_said_in_one_sentence_with_the_remedy(string missing, string sentence)
    {
        using var tools = new TemporaryFolder();
        foreach (string tool in ((string[])["bash", "cat", "cksum", "cp", "dirname", "dotnet", "find", "ls", "mkdir", "mv", "node", "npm", "sed", "touch"]).Except([missing]))
            File.CreateSymbolicLink(Path.Combine(tools.Path, tool), RunScript.Find(tool));

        await using var run = RunScript.Start(path: tools.Path, "--check");

        Assert.Equal(1, await run.Process.Exited.Soon());
        Assert.Equal([sentence], run.Said);
    }

    [Fact]
    public async Task Makes_a_week_whose_last_day_is_an_alarm_once_and_links_its_report()
    {
        using var data = new TemporaryFolder();
        using var http = new HttpClient();
        for (int round = 0; round < 2; round++)
        {
            await using var run = RunScript.Start("--port", "0", "--storage-port", "0", "--data", data.Path);
            string? line = await run.Process.WaitForLineAsync(l => l.StartsWith("A week of monitoring", StringComparison.Ordinal)).Soon();

            Assert.NotNull(line);
            string page = line[line.IndexOf("http:", StringComparison.Ordinal)..];
            Assert.Contains("<section class=\"verdict alarm\">", await http.GetStringAsync(page, TestContext.Current.CancellationToken), StringComparison.Ordinal);
            string reports = await http.GetStringAsync(page[..page.IndexOf("/heart-week", StringComparison.Ordinal)] + "?model=heart-week", TestContext.Current.CancellationToken);
            Assert.Single(JsonNode.Parse(reports)!["reports"]!.AsArray());
            Signal.Send(run.Process.Id, Signal.Interrupt);
            Assert.Equal(0, await run.Process.Exited.Soon());
        }
    }

    [Fact]
    public async Task Ctrl_C_stops_everything_and_the_next_run_finds_its_model_again()
    {
        using var data = new TemporaryFolder();
        for (int round = 0; round < 2; round++)
        {
            await using var run = RunScript.Start("--port", "0", "--storage-port", "0", "--data", data.Path);
            await run.StartedAsync().Soon();
            Assert.Equal(3, run.Processes().Count); // launcher, Azurite, host

            Signal.Send(run.Process.Id, Signal.Interrupt);

            Assert.Equal(0, await run.Process.Exited.Soon());
            Assert.Empty(run.Processes());
            Assert.Contains(run.Process.Output, l => l.StartsWith("heart, version 1, says of its first example row: 24.4% heart disease."));
        }
    }

    [Fact]
    public async Task Killed_launcher_leaves_no_process_behind()
    {
        using var data = new TemporaryFolder();
        await using var run = RunScript.Start("--port", "0", "--storage-port", "0", "--data", data.Path);
        await run.StartedAsync().Soon();

        Signal.Send(run.Process.Id, Signal.Kill);

        await Eventually.TrueAsync(() => run.Processes().Count == 0, "the host and Azurite ended with the launcher");
    }

    [Fact]
    public async Task Azurite_that_dies_is_said_in_one_sentence_and_the_rest_is_stopped()
    {
        using var data = new TemporaryFolder();
        await using var run = RunScript.Start("--port", "0", "--storage-port", "0", "--data", data.Path);
        await run.StartedAsync().Soon();

        Signal.Send(run.Processes().Single(p => p.Command.Contains("azurite.js", StringComparison.Ordinal)).Id, Signal.Kill);

        Assert.Equal(1, await run.Process.Exited.Soon());
        Assert.StartsWith("Azurite ended with exit code 137", run.Process.Output[^1]);
        Assert.Empty(run.Processes());
    }

    [Fact]
    public async Task Second_run_on_the_same_data_is_refused()
    {
        using var data = new TemporaryFolder();
        using var turn = new FileStream(Path.Combine(data.Path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

        await using var run = RunScript.Start("--port", "0", "--storage-port", "0", "--data", data.Path);

        Assert.Equal(1, await run.Process.Exited.Soon());
        Assert.Equal([$"Another ./run keeps its data in {data.Path}: stop that one first (Ctrl-C), or choose another folder with `./run --data FOLDER`."], run.Said);
    }
}
