using Tidemark.Platform.Errors;

namespace Tidemark.Registry;

/// <summary>What the directory knows of one model or version: the answer that is shown, and the refresh that is under way.</summary>
internal sealed class DirectoryEntry
{
    private readonly Lock gate = new();
    private ResolvedModel? good;
    private volatile ResolvedModel? shown;
    private long due;
    private int epoch;
    private Task<Outcome<ResolvedModel>>? running;

    /// <summary>The answer, or null while there is none yet.</summary>
    public ResolvedModel? Shown => shown;

    /// <summary>True for one caller per period: it is the one to start the refresh.</summary>
    public bool IsDue(long now, long period)
    {
        long at = Volatile.Read(ref due);
        return now >= at && Interlocked.CompareExchange(ref due, now + period, at) == at;
    }

    /// <summary>Starts a refresh, or joins the one under way.</summary>
    public Task<Outcome<ResolvedModel>> JoinAsync(Func<DirectoryEntry, int, Task<Outcome<ResolvedModel>>> refresh)
    {
        lock (gate)
        {
            if (running is null or { IsCompleted: true }) Start(refresh);
            return running!;
        }
    }

    /// <summary>Starts a refresh that reads what stands now; the answer of one already under way is dropped.</summary>
    public Task<Outcome<ResolvedModel>> RestartAsync(Func<DirectoryEntry, int, Task<Outcome<ResolvedModel>>> refresh)
    {
        lock (gate)
        {
            epoch++;
            Start(refresh);
            return running!;
        }
    }

    /// <summary>Takes in what was read; a failure leaves the last good answer standing, marked stale, unless the version is gone.</summary>
    public Outcome<ResolvedModel> Publish(Outcome<ResolvedModel> read, int readEpoch, long nextDue, out bool wentStale)
    {
        lock (gate)
        {
            wentStale = false;
            if (readEpoch != epoch) return shown ?? read;

            Volatile.Write(ref due, nextDue);
            if (read.Ok)
            {
                good = good is not null && good == read.Value ? good : read.Value;
                shown = good;
            }
            else if (read.Failure.Kind == FailureKind.Gone)
            {
                good = shown = null;
            }
            else if (good is not null && shown is { Stale: false })
            {
                wentStale = true;
                shown = good with { Stale = true };
            }

            return shown ?? read;
        }
    }

    private void Start(Func<DirectoryEntry, int, Task<Outcome<ResolvedModel>>> refresh)
    {
        int now = epoch;
        running = Task.Run(() => refresh(this, now));
    }
}
