using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Tidemark.Local;

/// <summary><c>./run</c>: everything up, one real prediction, then in the foreground until Ctrl-C.</summary>
internal static class Launcher
{
    /// <summary>0 when it was stopped by Ctrl-C or SIGTERM or the check passed; 1 when something is missing, broken or wrong.</summary>
    public static async Task<int> RunAsync(LaunchOptions options)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
        try
        {
            return await RunAsync(options, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Screen.Line("Stopped.");
            return options.Check ? 1 : 0;
        }
        catch (SetupException e)
        {
            Screen.Error(e.Message);
            return 1;
        }

        void Stop(PosixSignalContext signal)
        {
            // The second Ctrl-C is obeyed on the spot; what was started ends with this process.
            signal.Cancel = !stop.IsCancellationRequested;
            stop.Cancel();
        }
    }

    private static async Task<int> RunAsync(LaunchOptions options, CancellationToken stop)
    {
        var log = new HostLog();
        Screen.Progress("Starting Azurite and the suite ...");
        await using var suite = await StartAsync(options, log, stop);
        using var heart = new HeartSample(options.Root, suite.Address);
        Screen.Progress("Waiting until it is ready ...");
        await suite.UnlessBrokenAsync(heart.WaitUntilReadyAsync(stop));
        TimeSpan ready = SinceStart();
        string version = await suite.UnlessBrokenAsync(heart.ServeAsync(stop));
        var answers = await suite.UnlessBrokenAsync(heart.PredictAsync(stop));
        Welcome.Show(options.Root, suite, version, answers.Invocations.FirstOrDefault(), ready);
        using var dropped = new DroppedSample(options.Root, suite.Address, suite.Storage);
        bool scored = await suite.UnlessBrokenAsync(dropped.ScoreAsync(stop));
        if (options.Check) return heart.Judge(answers, scored) ? 0 : 1;

        Screen.Line(Screen.Dim("Ctrl-C stops everything."));
        if (options.Demo is null) await ShowWeekAsync(suite, heart, stop);
        else await suite.UnlessBrokenAsync(DecayScreen.ShowAsync(suite, heart.Http, stop));
        log.Follow();
        await suite.UnlessBrokenAsync(Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop).ContinueWith(_ => true, CancellationToken.None));
        Screen.Line("Stopping ...");
        return 0;
    }

    // The suite is up and usable meanwhile; what fails here is no reason to stop it.
    private static async Task ShowWeekAsync(Suite suite, HeartSample heart, CancellationToken stop)
    {
        Screen.Progress("Preparing a week of predictions for the demo, once ...");
        try
        {
            string report = await suite.UnlessBrokenAsync(new DemoWeek(heart, heart.Http, suite.Storage, TimeProvider.System).ReportAsync(stop));
            Screen.Line($"{Screen.Bold("A week of monitoring")}, drift and falling quality on the last day: {Screen.Blue($"http://localhost:{suite.Address.Port}{report}")}");
        }
        catch (Exception e) when ((e is SetupException or HttpRequestException or TaskCanceledException) && !stop.IsCancellationRequested && !suite.Broken.IsCompleted)
        {
            Screen.Line(Screen.Dim($"The week of the demo could not be made: {e.Message}"));
        }
    }

    // Ctrl-C during the start waits for what is starting, so that it can be stopped.
    private static async Task<Suite> StartAsync(LaunchOptions options, HostLog log, CancellationToken stop)
    {
        var suite = await Suite.StartAsync(options, log.Add);
        if (!stop.IsCancellationRequested) return suite;
        await suite.DisposeAsync();
        throw new OperationCanceledException(stop);
    }

    // From the first line of the script where bash tells (5 or later), else from the start of this process.
    private static TimeSpan SinceStart()
    {
        string? started = Environment.GetEnvironmentVariable("TIDEMARK_STARTED")?.Replace(',', '.');
        var from = double.TryParse(started, CultureInfo.InvariantCulture, out double seconds)
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
            : Process.GetCurrentProcess().StartTime;
        return TimeProvider.System.GetUtcNow() - from;
    }
}
