using System.ComponentModel;
using System.Diagnostics;

namespace Tidemark.Local;

/// <summary>
/// A process started from here, with its output kept and its standard input a pipe from here:
/// a child that reads it sees the end when this process is gone, however it went, and ends too.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int Kept = 2_000;
    private readonly Process process;
    private readonly Queue<string> output = new();
    private readonly List<(Func<string, bool> Matches, TaskCompletionSource<string?> Found)> waiting = [];

    private readonly Action<string>? lineWritten;

    private ChildProcess(Process process, Action<string>? lineWritten)
    {
        (this.process, this.lineWritten) = (process, lineWritten);
        process.OutputDataReceived += (_, e) => Received(e.Data);
        process.ErrorDataReceived += (_, e) => Received(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Exited = WaitForExitAsync();
    }

    public int Id => process.Id;

    /// <summary>Ends with the exit code (128 + signal when killed), after the last line of output has been kept.</summary>
    public Task<int> Exited { get; }

    /// <summary>The last 2,000 lines of standard output and error, in the order in which they came.</summary>
    public IReadOnlyList<string> Output
    {
        get { lock (output) return [.. output]; }
    }

    /// <param name="program">Its name, searched on the path, or its full path.</param>
    /// <param name="arguments">As the program sees them.</param>
    /// <param name="environment">Variables beside those of this process.</param>
    /// <param name="remedy">What to do when there is no such program.</param>
    /// <param name="lineWritten">Called for every line of standard output and error.</param>
    /// <exception cref="SetupException">The program is not there or can't be started.</exception>
    public static ChildProcess Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment, string remedy, Action<string>? lineWritten = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>()) start.Environment[name] = value;
        try
        {
            return new(Process.Start(start)!, lineWritten);
        }
        catch (Win32Exception e)
        {
            throw new SetupException($"{program} could not be started ({e.Message}): {remedy}", e);
        }
    }

    /// <summary>The first line, written already or to come, that matches; null when the process ended without one.</summary>
    public Task<string?> WaitForLineAsync(Func<string, bool> matches)
    {
        lock (output)
        {
            if (output.FirstOrDefault(matches) is { } line || Exited.IsCompleted)
                return Task.FromResult(output.FirstOrDefault(matches));
            var found = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Add((matches, found));
            return found.Task;
        }
    }

    /// <summary>Asks it to stop (SIGTERM) and waits; kills it when it is still there after <paramref name="patience"/>. Returns the exit code.</summary>
    public async Task<int> StopAsync(TimeSpan patience)
    {
        if (!Exited.IsCompleted) Signal.Send(process.Id, Signal.Terminate);
        try
        {
            return await Exited.WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            return await KillAsync();
        }
    }

    /// <summary>Kills it and its children without warning (SIGKILL) and waits until it is gone.</summary>
    public Task<int> KillAsync()
    {
        if (!Exited.IsCompleted) process.Kill(entireProcessTree: true);
        return Exited;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process.Dispose();
    }

    private void Received(string? line)
    {
        if (line is null) return;
        lock (output)
        {
            output.Enqueue(line);
            if (output.Count > Kept) output.Dequeue();
            foreach (var (_, found) in waiting.Where(w => w.Matches(line))) found.TrySetResult(line);
            waiting.RemoveAll(w => w.Found.Task.IsCompleted);
        }
        lineWritten?.Invoke(line);
    }

    private async Task<int> WaitForExitAsync()
    {
        await process.WaitForExitAsync();
        lock (output)
        {
            foreach (var (_, found) in waiting) found.TrySetResult(null);
            waiting.Clear();
        }
        return process.ExitCode;
    }
}
