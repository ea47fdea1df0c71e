using System.Globalization;

namespace Tidemark.Retraining.Compute;

internal enum LifeSign
{
    /// <summary>The run has ended.</summary>
    Ended,

    /// <summary>A worker has it and speaks.</summary>
    Alive,

    /// <summary>A worker was started and has not taken it yet.</summary>
    Waiting,

    /// <summary>Its worker gave it back: start one.</summary>
    Preempted,

    /// <summary>Its worker fell silent: start another one.</summary>
    Silent,

    /// <summary>All has been tried: fail it.</summary>
    Hopeless,
}

/// <summary>The heartbeat rule: what a row and the notes of its starts say about the worker.</summary>
/// <param name="Reason">In a sentence; null when there is nothing to say.</param>
internal sealed record Liveness(LifeSign Sign, string? Reason = null)
{
    public static Liveness Of(TrainingRun run, StartNote note, DateTimeOffset now, ComputeOptions options)
    {
        if (run.Ended) return new(LifeSign.Ended);
        bool taken = run.Attempt > note.Attempt;
        bool patient = note.Last is not { } last || now - last <= options.ClaimPatience;
        if (run.State == RunState.Pending)
        {
            if (taken) return note.Starts < options.MaxStarts ? new(LifeSign.Preempted, "Its worker gave it back; started again.") : new(LifeSign.Hopeless, $"Given back by its workers {note.Starts} times.");
            return patient ? new(LifeSign.Waiting) : new(LifeSign.Hopeless, $"No worker took the run within {options.ClaimPatience}. Look at the compute: quota, image, identity.");
        }

        var sign = run.Heartbeat ?? run.Created;
        if (now - sign <= options.StaleAfter) return new(LifeSign.Alive);
        string silent = string.Create(CultureInfo.InvariantCulture, $"Worker {run.WorkerName} has been silent since {sign.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z");
        if (taken) return note.Restarts < options.MaxRestarts ? new(LifeSign.Silent, $"{silent}; started again.") : new(LifeSign.Hopeless, $"{silent}, and the run was started again already ({note.Restarts} of {options.MaxRestarts}).");
        return patient ? new(LifeSign.Waiting, $"{silent}; another was started.") : new(LifeSign.Hopeless, $"{silent}, and none took the run over within {options.ClaimPatience}.");
    }
}
