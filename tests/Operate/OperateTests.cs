using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Tidemark.Local;
using Tidemark.Operate;
using Tidemark.Tests.EndToEnd;
using Xunit;

namespace Tidemark.Tests.Operate;

/// <summary>What pipelines do before and after a deployment.</summary>
[Collection(SuiteTests.Name)]
public sealed class OperateTests(SuiteFixture running)
{
    [Fact]
    public async Task A_suite_that_stands_passes_the_smoke_test()
    {
        var (code, output) = await RunAsync("smoke", Path.Combine(Repository.Root, "samples/heart/smoke.http"), running.Suite.Host.Address.ToString());

        Assert.True(code == 0, output);
        Assert.Equal(5, output.Split('\n').Count(l => l.StartsWith("ok", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("# expect 404\nGET {{host}}/v2/health/live", 1, "FAIL")]
    [InlineData("# expect \"not in it\"\nGET {{host}}/v2", 1, "FAIL")]
    [InlineData("GET {{host}}/v2", 0, "ok")]
    [InlineData("# expect soon\nGET {{host}}/v2", 1, "which is no status")]
    [InlineData("GET", 1, "has no line with method and address")]
    public async Task Smoke_test_says_what_is_not_as_expected(string request, int code, string says)
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "a.http");
        await File.WriteAllTextAsync(file, $"### one\n{request}\n", TestContext.Current.CancellationToken);

        var result = await RunAsync("smoke", file, running.Suite.Host.Address.ToString());

        Assert.Equal(code, result.Code);
        Assert.Contains(says, result.Output);
    }

    [Fact]
    public async Task Models_and_suites_of_a_change_go_through_their_gates()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "model.onnx"), "no model", TestContext.Current.CancellationToken);
        await using var good = Gates("samples/heart");
        await using var bad = Gates(folder.Path);

        Assert.True(await good.Exited.Soon() == 0, string.Join('\n', good.Output));
        Assert.Equal(["ok    samples/heart: model.onnx can be served", "ok    samples/heart: infer.json is answered"], good.Output);
        Assert.Equal(1, await bad.Exited.Soon());
        Assert.Contains("FAIL", string.Join('\n', bad.Output));
    }

    [Theory]
    [InlineData("settings.json", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0==", "a storage key")]
    [InlineData("link.txt", "https://a.example/b?sv=2024&sig=c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "a shared access signature")]
    [InlineData("local.settings.json", "{}", "belongs to a machine")]
    [InlineData("database.txt", "Server=a;Password=correct-horse-battery;", "a password")]
    public async Task A_package_with_a_secret_is_refused_without_showing_it(string file, string text, string says)
    {
        using var folder = Package();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, file), text, file.EndsWith("txt", StringComparison.Ordinal) ? System.Text.Encoding.Unicode : System.Text.Encoding.UTF8, TestContext.Current.CancellationToken);

        var (code, output) = await RunAsync("package", folder.Path);

        Assert.Equal(1, code);
        Assert.Contains($"{file}: ", output);
        Assert.Contains(says, output);
        Assert.DoesNotContain("c2VjcmV0c2VjcmV0", output);
        Assert.DoesNotContain("horse", output);
    }

    [Fact]
    public async Task The_suites_own_files_hold_no_secret_and_its_bill_lists_every_package()
    {
        using var folder = Package();
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "artifacts/bin/Functions/release"), "*.dll")) File.Copy(file, Path.Combine(folder.Path, Path.GetFileName(file)), overwrite: true);

        var (code, output) = await RunAsync("package", folder.Path);

        Assert.True(code == 0, output);
        var bill = JsonNode.Parse(await File.ReadAllTextAsync(folder.Path + ".sbom.json", TestContext.Current.CancellationToken))!;
        File.Delete(folder.Path + ".sbom.json");
        var components = bill["components"]!.AsArray().Select(c => (string)c!["purl"]!).ToList();
        Assert.Contains("pkg:nuget/Azure.Core@1.53.0", components);
        Assert.Contains("pkg:nuget/Microsoft.ML.OnnxRuntime@1.29.0", components);
        Assert.Equal(components.Count, components.Distinct().Count());
    }

    private static ChildProcess GatesOf(string address, string folder) => ChildProcess.Start("bash", ["-c", $"cd '{Repository.Root}' && eng/model-ci.sh {address.TrimEnd('/')} '{folder}' 2>&1"], environment: null, "install bash.");

    private static TemporaryFolder Package()
    {
        TemporaryFolder folder = new();
        File.Copy(Path.Combine(Repository.Root, "artifacts/bin/Functions/release/Tidemark.Functions.deps.json"), Path.Combine(folder.Path, "Tidemark.Functions.deps.json"));
        return folder;
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        await using StringWriter output = new();
        return (await OperateCommand.RunAsync(arguments, new ConfigurationBuilder().Build(), output, output), output.ToString());
    }

    private ChildProcess Gates(string folder) => GatesOf(running.Suite.Host.Address.ToString(), folder);
}
