namespace Tidemark.Local;

/// <summary>Azurite and the host on it: started in this order, stopped in the other.</summary>
internal sealed class Suite : IAsyncDisposable
{
    private readonly Azurite azurite;
    private readonly HostProcess host;
    private readonly FileStream? turn;

    private Suite(Azurite azurite, HostProcess host, FileStream? turn)
    {
        (this.azurite, this.host, this.turn) = (azurite, host, turn);
        Broken = Task.WhenAny(azurite.Ended, host.Ended).Unwrap();
    }

    public Uri Address => host.Address;

    /// <summary>For whoever puts files into storage.</summary>
    public string Storage => azurite.ConnectionString;

    /// <summary>What the host wrote until it listened: the functions it found.</summary>
    public IReadOnlyList<string> HostOutput => host.Output;

    /// <summary>Ends with a sentence when Azurite or the host ends.</summary>
    public Task<string> Broken { get; }

    /// <exception cref="SetupException">Something is missing, taken or died.</exception>
    public static async Task<Suite> StartAsync(LaunchOptions options, Action<string> hostLine)
    {
        var turn = options.Check ? null : TakeTurn(options.Data);
        Azurite? azurite = null;
        try
        {
            azurite = await Azurite.StartAsync(new(options.Root) { Port = options.StoragePort, Folder = options.Check ? null : options.Data });
            var host = await HostProcess.StartAsync(new(options.Root)
            {
                Port = options.Port,
                // The watcher too: settings made by an earlier version do not have it.
                Settings = new Dictionary<string, string?>
                {
                    ["AzureWebJobsStorage"] = azurite.ConnectionString,
                    ["BlobWatcher__incoming"] = "batch-intake",
                    // Models of a demo train in seconds.
                    ["Retraining__Poll"] = options.Demo is null ? null : "00:00:00.500",
                }.Where(setting => setting.Value is not null).ToDictionary(),
                LineWritten = hostLine,
            });
            return new(azurite, host, turn);
        }
        catch
        {
            if (azurite is not null) await azurite.DisposeAsync();
            turn?.Dispose();
            throw;
        }
    }

    /// <summary>The task's result, or the sentence about Azurite or the host when one of them ends first.</summary>
    public async Task<T> UnlessBrokenAsync<T>(Task<T> task)
    {
        if (await Task.WhenAny(task, Broken) == Broken) throw new SetupException(await Broken);
        return await task;
    }

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        await host.DisposeAsync();
        await azurite.DisposeAsync();
        turn?.Dispose();
    }

    // Two Azurites on one folder would destroy it. The system lets go of this when the process ends, however it ends.
    private static FileStream TakeTurn(string folder)
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new SetupException($"Another ./run keeps its data in {folder}: stop that one first (Ctrl-C), or choose another folder with `./run --data FOLDER`.", e);
        }
    }
}
