using Azure;
using Microsoft.Extensions.Configuration;
using Tidemark.Operate.Backup;
using Tidemark.Operate.Package;
using Tidemark.Operate.Smoke;

namespace Tidemark.Operate;

/// <summary>A sentence for whoever called, instead of a stack trace.</summary>
internal sealed class OperateException(string sentence) : Exception(sentence);

/// <summary>The command line.</summary>
internal static class OperateCommand
{
    private const string Usage = """
        export FOLDER               copies what the suite keeps in storage to a new folder
        import FOLDER [--dropped]   brings it into another storage; with --dropped also files that were dropped, which are then scored and counted again
        smoke FILE.http ADDRESS     sends the requests of the file and holds the answers to its `# expect` lines; the key is in TIDEMARK_KEY
        package FOLDER              looks for secrets in a published folder, shows its size, writes FOLDER.sbom.json
        Storage is where the suite's own settings say: AzureWebJobsStorage, or AzureWebJobsStorage__blobServiceUri and its like.
        """;

    /// <returns>0; 1 where it could not be done or something is wrong; 2 where the command line is.</returns>
    public static async Task<int> RunAsync(string[] arguments, IConfiguration settings, TextWriter output, TextWriter errors)
    {
        try
        {
            return arguments switch
            {
                ["export", var path] => await ExportAsync(path, settings, output),
                ["import", var path, .. var rest] when rest is [] or ["--dropped"] => await ImportAsync(path, rest is ["--dropped"], settings, output),
                ["smoke", var file, var address] => await SmokeAsync(file, address, settings["TIDEMARK_KEY"], output),
                ["package", var folder] => await PackageAsync(folder, output, errors),
                _ => await RefuseAsync(errors),
            };
        }
        catch (Exception e) when (e is OperateException or RequestFailedException or IOException or UnauthorizedAccessException or HttpRequestException)
        {
            await errors.WriteLineAsync(e.Message);
            return 1;
        }
    }

    private static async Task<int> ExportAsync(string path, IConfiguration settings, TextWriter output)
    {
        var summary = await new Export(StorageState.Read(settings), new(path), TimeProvider.System).RunAsync(default);
        await output.WriteLineAsync($"Exported {summary.Blobs.Values.Sum()} blobs and {summary.Rows.Values.Sum()} rows to {path}, as of {summary.Taken:u}.");
        return 0;
    }

    private static async Task<int> ImportAsync(string path, bool dropped, IConfiguration settings, TextWriter output)
    {
        var imported = await new Import(StorageState.Read(settings), new(path)).RunAsync(dropped, default);
        await output.WriteLineAsync($"Imported {imported.Written} blobs and rows from {path}; {imported.There} were there already and stay as they are.");
        return 0;
    }

    private static async Task<int> SmokeAsync(string file, string address, string? key, TextWriter output)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(2) };
        int failed = 0;
        foreach (var request in HttpFile.Read(file, address))
        {
            var result = await request.SendAsync(http, key);
            if (!result.Good) failed++;
            await output.WriteLineAsync($"{(result.Good ? "ok  " : "FAIL")} {result.Milliseconds,6:0} ms  {request.Name}{(result.Good ? "" : ": " + result.Answer)}");
        }

        return failed == 0 ? 0 : 1;
    }

    private static async Task<int> PackageAsync(string folder, TextWriter output, TextWriter errors)
    {
        if (!Directory.Exists(folder)) throw new OperateException($"There is no folder '{folder}': publish first.");
        var secrets = SecretScan.Of(folder).ToList();
        foreach (string secret in secrets) await errors.WriteLineAsync(secret);
        var parts = BillOfMaterials.Write(folder, Path.TrimEndingDirectorySeparator(folder) + ".sbom.json");
        var files = new DirectoryInfo(folder).GetFiles("*", SearchOption.AllDirectories);
        await output.WriteLineAsync($"{files.Length} files, {files.Sum(f => f.Length) / 1048576.0:0.0} MiB, {parts} packages, {secrets.Count} secrets");
        return secrets.Count == 0 ? 0 : 1;
    }

    private static async Task<int> RefuseAsync(TextWriter errors)
    {
        await errors.WriteLineAsync(Usage);
        return 2;
    }
}
