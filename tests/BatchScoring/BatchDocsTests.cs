using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using Tidemark.Local;
using Tidemark.Tests.EndToEnd;
using Xunit;

namespace Tidemark.Tests.BatchScoring;

/// <summary>What <c>docs/batch.md</c> shows works when pasted, on the running suite and its blob watcher.</summary>
[Collection(SuiteTests.Name)]
public sealed partial class BatchDocsTests(SuiteFixture running)
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs/batch.md"));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dropped_file_comes_back_and_the_lines_of_the_page_watch_fix_and_replay_it()
    {
        string[] patients = await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "samples/heart/patients.csv"), Stop);
        string[] rows = [.. patients, .. patients[1..].Select((row, i) => i switch { 2 => row.Replace("p3,37", "p8,old", StringComparison.Ordinal), _ => row })];
        rows[3] = rows[3].Replace("p3,37", "p3,young", StringComparison.Ordinal);
        await new BlobContainerClient(running.Suite.Azurite.ConnectionString, "incoming").GetBlobClient("heart/demo.csv")
            .UploadAsync(BinaryData.FromString(string.Join('\n', rows) + "\n"), overwrite: true, Stop);

        JsonNode job = await EndedAsync(async () => (await ShAsync("Watch"))[0]["batches"]!.AsArray().FirstOrDefault());
        Assert.Equal(("Completed", 8, 2), ((string?)job["state"], (int)job["scored"]!, (int)job["quarantined"]!));

        JsonNode kept = (await ShAsync("Drop"))[0];
        kept = await EndedAsync(async () => JsonNode.Parse(await running.Http.GetStringAsync((string)kept["links"]!["self"]!, Stop)));
        string predictions = await ReadAsync((string)kept["links"]!["predictions"]!);
        Assert.StartsWith("row,id,label,probabilities.0,probabilities.1,decision\n0,p1,", predictions, StringComparison.Ordinal);

        JsonNode[] replays = await ShAsync("Replay", (string)job["id"]!);
        Assert.Equal(2, replays.Length);
        foreach (JsonNode replay in replays)
        {
            JsonNode done = await EndedAsync(async () => JsonNode.Parse(await running.Http.GetStringAsync((string)replay["links"]!["self"]!, Stop)));
            Assert.Equal("Completed", (string?)done["state"]);
        }
    }

    private static async Task<JsonNode> EndedAsync(Func<Task<JsonNode?>> look)
    {
        JsonNode? job = null;
        await Eventually.TrueAsync(async () => (job = await look()) is not null && (string?)job["state"] is not ("Pending" or "Running" or "Committing"), "the job ends");
        return job!;
    }

    private async Task<string> ReadAsync(string path)
    {
        string[] parts = path.Split('/', 2);
        return (await new BlobContainerClient(running.Suite.Azurite.ConnectionString, parts[0]).GetBlobClient(parts[1]).DownloadContentAsync(Stop)).Value.Content.ToString();
    }

    /// <summary>Runs the shell lines of a section; each call's answer.</summary>
    private async Task<JsonNode[]> ShAsync(string section, string job = "JOB")
    {
        string text = Page[Page.IndexOf($"## {section}", StringComparison.Ordinal)..];
        string lines = Shell().Match(text).Groups[1].Value
            .Replace("http://localhost:7071/", running.Suite.Host.Address.ToString(), StringComparison.Ordinal)
            .Replace("JOB", job, StringComparison.Ordinal);
        await using var bash = ChildProcess.Start("bash", ["-c", $"set -e\ncurl() {{ command curl --fail-with-body \"$@\"; echo; }}\n{lines}"], environment: null, "install bash.");
        Assert.True(await bash.Exited.Soon() == 0, string.Join('\n', bash.Output));
        return [.. bash.Output.Select(line => JsonNode.Parse(line)!)];
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Shell();
}
