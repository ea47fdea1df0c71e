using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using Tidemark.Retraining.Contract;
using Tidemark.Trainer.Data;
using Tidemark.Trainer.Runs;

namespace Tidemark.Trainer.Artefacts;

/// <summary>lineage.json: from what, by what and where a model was made.</summary>
internal static class LineageFile
{
    /// <summary>Changes with every build from other sources.</summary>
    public static string Code { get; } = typeof(LineageFile).Assembly.ManifestModule.ModuleVersionId.ToString("N") + typeof(RunSpec).Assembly.ManifestModule.ModuleVersionId.ToString("N");

    public static object Write(RunSpec spec, string job, FileStamp source, Dataset data, Work work, DateTimeOffset started)
    {
        using var process = Process.GetCurrentProcess();
        return new
        {
            contract = 1,
            job,
            dataset = new { name = spec.Dataset.Blob ?? Path.GetFileName(spec.Dataset.Path), sha256 = source.Sha256, bytes = source.Size, rows = data.Labels.Count, unlabelled = data.Labels.UnlabelledRows },
            splitSha256 = data.Labels.SplitSha256,
            spec = JsonSerializer.SerializeToNode(spec, RunSpecReader.Json),
            seed = spec.Seed,
            code = new { trainer = "Tidemark.Trainer", version = typeof(LineageFile).Assembly.GetName().Version?.ToString() ?? "0", commit = Commit() },
            libraries = new Dictionary<string, string> { [".NET"] = Environment.Version.ToString() },
            hardware = new { device = "cpu", processor = RuntimeInformation.ProcessArchitecture.ToString(), cores = Environment.ProcessorCount },
            threads = work.Threads,
            started = started.ToString("O"),
            seconds = Math.Round(work.Checkpoints.Spent, 3),
            cpuSeconds = Math.Round(process.TotalProcessorTime.TotalSeconds, 3),
            resumptions = work.Checkpoints.Resumptions,
            peakBytes = process.PeakWorkingSet64,
        };
    }

    /// <summary>The commit that the program was built from, where the build knew it.</summary>
    private static string? Commit()
    {
        string? version = typeof(LineageFile).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return version?.IndexOf('+', StringComparison.Ordinal) is >= 0 and var at ? version[(at + 1)..] : null;
    }
}
