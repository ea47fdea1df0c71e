using System.Text.Json;
using System.Text.Json.Nodes;
using Tidemark.Local;
using Tidemark.Retraining.Contract;
using Tidemark.Retraining.Data;
using Xunit;

namespace Tidemark.Tests.Training;

/// <summary>A trainer as the contract sees it: a command line.</summary>
/// <param name="Program">The program.</param>
/// <param name="Arguments">What stands before the spec.</param>
public sealed record TrainerCommand(string Program, params string[] Arguments)
{
    private static readonly Lazy<Task<string?>> Interpreter = new(FindAsync);

    public static TrainerCommand CSharp { get; } = new("dotnet", Path.Combine(Repository.Root, "artifacts/bin/Trainer/release/Tidemark.Trainer.dll"));

    /// <summary>The PyTorch trainer, on the CPU whatever the machine has; the test is skipped where no Python here can run it.</summary>
    public static async Task<TrainerCommand> PythonAsync() => new(await PythonOrSkipAsync(), Path.Combine(Repository.Root, "training/gpu"), "--device", "cpu");

    /// <summary>A Python with PyTorch, ONNX and NumPy; the test is skipped where there is none.</summary>
    public static async Task<string> PythonOrSkipAsync()
    {
        string? found = await Interpreter.Value;
        Assert.SkipWhen(found is null, "No Python 3.11 or later here has torch, onnx and numpy (apt-get install --no-install-recommends python3-torch python3-onnx python3-numpy libopenblas0-pthread, or set TIDEMARK_PYTHON).");
        return found;
    }

    private static async Task<string?> FindAsync()
    {
        foreach (string program in new[] { Environment.GetEnvironmentVariable("TIDEMARK_PYTHON") ?? "", "/usr/bin/python3", "python3" }.Where(p => p.Length > 0))
        {
            try
            {
                await using var process = ChildProcess.Start(
                    program, ["-c", "import sys, importlib.util as u; sys.exit(sys.version_info < (3, 11) or not all(u.find_spec(m) for m in ('torch', 'onnx', 'numpy')))"], null, "install Python");
                if (await process.Exited == 0) return program;
            }
            catch (SetupException)
            {
                // There is no such program: the next one is tried.
            }
        }

        return null;
    }
}

/// <summary>A spec and its data in a folder, and the trainer run on them.</summary>
internal sealed class TrainerProcess(TrainerCommand command) : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private RunSpec? spec;

    public string DataPath => Path.Combine(folder.Path, "data.csv");

    public string SpecPath => Path.Combine(folder.Path, "spec.json");

    public string Output => Path.Combine(folder.Path, "out");

    public IReadOnlyList<string> Lines { get; private set; } = [];

    public RunSpec Spec => spec ??= RunSpecReader.Read(File.ReadAllBytes(SpecPath)).Value!;

    public RunData Data => RunData.OfFile(DataPath);

    public void Write(string csv, JsonObject specification)
    {
        File.WriteAllText(DataPath, csv);
        specification["contract"] ??= 1;
        specification["dataset"] ??= new JsonObject { ["path"] = "data.csv" };
        File.WriteAllText(SpecPath, specification.ToJsonString());
        spec = null;
    }

    public ChildProcess Start(Action<string>? line = null) =>
        ChildProcess.Start(command.Program, [.. command.Arguments, SpecPath, "--output", Output, "--threads", "2"], null, "build the solution", line);

    /// <summary>Runs to the end; the exit code.</summary>
    public async Task<int> RunAsync()
    {
        await using var process = Start();
        int code = await process.Exited;
        Lines = [.. process.Output];
        return code;
    }

    /// <summary>Runs until so many progress lines of fits were written, then signals; the exit code.</summary>
    public async Task<int> InterruptAsync(int signal, int lines)
    {
        int seen = 0;
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var process = Start(line =>
        {
            if (line.StartsWith('{') && JsonNode.Parse(line) is { } said && (string?)said["event"] == "progress" && (string?)said["step"] != "read" && ++seen == lines) reached.TrySetResult();
        });
        await Task.WhenAny(reached.Task, process.Exited);
        Signal.Send(process.Id, signal);
        int code = await process.Exited;
        Lines = [.. process.Output];
        return code;
    }

    public byte[] Content(string name) => File.ReadAllBytes(Path.Combine(Output, name));

    public JsonElement Json(string name) => JsonDocument.Parse(Content(name)).RootElement;

    public Task<byte[]?> FetchAsync(string name) => Task.FromResult(File.Exists(Path.Combine(Output, name)) ? Content(name) : null);

    /// <summary>The files that must be the same, byte by byte, however a run went.</summary>
    public Dictionary<string, string> Results() =>
        new[] { RunFiles.Model, RunFiles.Metrics, RunFiles.Profile, RunFiles.Parity }.ToDictionary(name => name, name => FileStamp.Of(Content(name)).Sha256);

    public string Said => string.Join('\n', Lines);

    public void Dispose() => folder.Dispose();
}
