using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Tidemark.Platform.Errors;

namespace Tidemark.Retraining.Compute.Local;

/// <summary>
/// A trainer as a child process in claim mode. Its standard input is a pipe from here, so that a trainer that watches it ends with the host; one
/// that does not ends its run alone.
/// </summary>
internal sealed partial class TrainerChild : IDisposable
{
    private const int Terminate = 15;
    private readonly Process process;
    private readonly Task<int> exited;
    private string lastWord = "";

    private TrainerChild(Process process, string worker)
    {
        (this.process, Worker, Id) = (process, worker, process.Id);
        process.ErrorDataReceived += (_, line) => lastWord = line.Data is { Length: > 0 } said ? said : lastWord;
        process.OutputDataReceived += (_, _) => { }; // progress stands in the run's row
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        exited = CodeAsync();
    }

    /// <summary>The name under which it claims.</summary>
    public string Worker { get; }

    public int Id { get; }

    /// <summary>The last line that it wrote for people.</summary>
    public string LastWord => lastWord;

    /// <param name="words">Program and arguments.</param>
    /// <param name="worker">The name under which it claims.</param>
    /// <param name="threads">0: all cores.</param>
    /// <param name="storage">Value of <c>AzureWebJobsStorage</c>; null: as in the environment.</param>
    public static Outcome<TrainerChild> Start(string[] words, string worker, int threads, string? storage)
    {
        var start = new ProcessStartInfo(words[0], [.. words[1..], "--claim", "--worker", worker, "--threads", threads.ToString(System.Globalization.CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (storage is not null) start.Environment["AzureWebJobsStorage"] = storage;
        try
        {
            return new TrainerChild(Process.Start(start)!, worker);
        }
        catch (Win32Exception e)
        {
            return new Failure(FailureKind.Unprocessable, "No trainer", $"'{words[0]}' could not be started ({e.Message}). Set Compute__Local__Command to the command line of a trainer.");
        }
    }

    /// <summary>The exit code; 128 + signal when it was killed.</summary>
    public Task<int> ExitedAsync() => exited;

    /// <summary>Asks it to write its checkpoint and end; kills it when it has not by then.</summary>
    public async Task StopAsync(TimeSpan patience, TimeProvider time)
    {
        // Its owner disposes of it when it has ended, which may be at any moment here.
        if (exited.IsCompleted) return;
        if (OperatingSystem.IsWindows()) Kill();
        else _ = Send(Id, Terminate);
        try
        {
            await exited.WaitAsync(patience, time);
        }
        catch (TimeoutException)
        {
            Kill();
        }
    }

    public void Dispose() => process.Dispose();

    private async Task<int> CodeAsync()
    {
        await process.WaitForExitAsync(CancellationToken.None);
        return process.ExitCode;
    }

    private void Kill()
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has just ended by itself.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int process, int signal);
}
