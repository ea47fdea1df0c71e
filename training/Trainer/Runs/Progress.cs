using System.Text.Json;
using Tidemark.Platform.Errors;

namespace Tidemark.Trainer.Runs;

/// <summary>Writes progress lines: one JSON object a line on standard output, at most a few a second.</summary>
internal sealed class Progress(TextWriter output, TimeProvider clock)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private readonly long began = clock.GetTimestamp();
    private long? last;
    private string? lastStep;

    /// <summary>The smallest validation loss so far.</summary>
    public double? Best { get; private set; }

    /// <summary>The last progress line, for whoever watches from outside.</summary>
    public string Line { get; private set; } = "";

    /// <summary>Seconds since the process began to work.</summary>
    public double Elapsed => clock.GetElapsedTime(began).TotalSeconds;

    public void Started(string job, int threads, bool resumed) => Write(new { @event = "started", elapsedSeconds = Seconds, job, threads, resumed });

    /// <summary>Tells how far a step is; lines that would follow too closely are left out, the last one of a step never.</summary>
    public void Step(string step, long done, long total, double? eta = null)
    {
        if (step == lastStep && done < total && last is { } at && clock.GetElapsedTime(at) < Pause) return;
        (last, lastStep) = (clock.GetTimestamp(), step);
        Write(new { @event = "progress", elapsedSeconds = Seconds, step, done, total, best = Best, etaSeconds = eta is { } seconds ? Math.Round(seconds, 1) : (double?)null });
    }

    public void Found(double loss) => Best = Best is { } best ? Math.Min(best, loss) : loss;

    public void Done(string chosen, IReadOnlyDictionary<string, double> test) => Write(new { @event = "done", elapsedSeconds = Seconds, chosen, test });

    public void Preempted() => Write(new { @event = "preempted", elapsedSeconds = Seconds });

    public void Failed(Failure failure, int code) => Write(new { @event = "error", elapsedSeconds = Seconds, code, title = failure.Title, detail = failure.Detail });

    private double Seconds => Math.Round(Elapsed, 3);

    private void Write(object line)
    {
        Line = JsonSerializer.Serialize(line);
        output.WriteLine(Line);
        output.Flush();
    }
}
