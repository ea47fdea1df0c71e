using System.Text.Json;
using Tidemark.Retraining.Contract;

namespace Tidemark.Trainer.Runs;

/// <summary>The folder that a run leaves. Without a manifest it is no run, so the manifest goes first and comes last.</summary>
internal sealed class RunFolder(string path)
{
    private readonly Dictionary<string, byte[]> written = new(StringComparer.Ordinal);

    /// <summary>How artefacts are written: indented, so that people can read and compare them.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        IndentSize = 1,
        NewLine = "\n",
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.Never,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public string Path { get; } = path;

    public string Checkpoint => System.IO.Path.Combine(Path, RunFiles.Checkpoint);

    /// <summary>Removes what an earlier run left.</summary>
    public void Clear()
    {
        Directory.CreateDirectory(Path);
        foreach (string name in RunFiles.Listed.Reverse().Prepend(RunFiles.Manifest)) File.Delete(System.IO.Path.Combine(Path, name));
    }

    public void Write(string name, byte[] content)
    {
        Replace(System.IO.Path.Combine(Path, name), content);
        written[name] = content;
    }

    public void WriteJson(string name, object content) => Write(name, [.. JsonSerializer.SerializeToUtf8Bytes(content, Json), (byte)'\n']);

    /// <summary>Makes the run whole.</summary>
    public void Seal(string job) => WriteJson(RunFiles.Manifest, RunManifest.Of(job, written.ToArray()));

    /// <summary>Puts a file in place at once: whoever reads sees the old content or the new one.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        string beside = path + ".tmp";
        using (var file = new FileStream(beside, FileMode.Create, FileAccess.Write))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(beside, path, overwrite: true);
    }
}
