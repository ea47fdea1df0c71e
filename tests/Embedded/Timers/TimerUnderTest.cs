using System.Threading.Channels;
using Azure.Storage.Blobs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Tidemark.Embedded;

namespace Tidemark.Tests.Embedded.Timers;

/// <summary>Timer listeners of one function in Azurite on a clock that the test moves, and every invocation that they made.</summary>
internal sealed class TimerUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LeasePeriod = TimeSpan.FromMinutes(1);
    private static readonly IConfiguration NoSettings = new ConfigurationBuilder().Build();

    private readonly Channel<(TriggerInput Input, DateTimeOffset At)> runs = Channel.CreateUnbounded<(TriggerInput, DateTimeOffset)>();
    private readonly List<TimerListener> listeners = [];

    public TimerUnderTest(string connectionString, string schedule = "0 */5 * * * *")
    {
        Storage = new(new BlobServiceClient(connectionString), $"host-{Guid.NewGuid():N}"[..32]);
        Schedule = schedule;
    }

    public FakeClock Clock { get; } = new(new(2026, 11, 20, 12, 2, 0, TimeSpan.Zero));

    public HostStorage Storage { get; }

    public string Schedule { get; set; }

    public bool RunOnStartup { get; set; }

    public RetryAttribute? Retry { get; set; }

    /// <summary>What the function does; succeeds at once unless told otherwise.</summary>
    public InvokeFunction Function { get; set; } = (_, _) => Task.FromResult(InvocationOutcome.Success);

    public LogLines Log { get; } = new();

    /// <summary>Starts one more host.</summary>
    public async Task<TimerListener> StartAsync()
    {
        TimerSchedule schedule = TimerSchedule.Parse(Schedule, NoSettings);
        TimerListener listener = new(
            "F", schedule, RunOnStartup, new(Storage.TimerStatus("F"), schedule, Log), Lease(), new(Retry, InvokeAsync, Clock, new Random(1)), Clock, Log);
        listeners.Add(listener);
        await listener.StartAsync(CancellationToken.None);
        return listener;
    }

    public BlobLease Lease() => new(Storage.ListenerLock("F"), LeasePeriod, retry: LeasePeriod, Clock, Log);

    /// <summary>Waits until a timer is set for the instant, then moves the clock there.</summary>
    public async Task AdvanceToAsync(string time)
    {
        DateTimeOffset instant = At(time);
        await Clock.UntilTimerAtAsync(instant);
        Clock.AdvanceTo(instant);
    }

    /// <summary>The next run: what the function was told, and when.</summary>
    public async Task<(TimerInfo Info, DateTimeOffset At)> NextAsync()
    {
        var (input, at) = await NextInputAsync();
        return ((TimerInfo)input.Value!, at);
    }

    public async Task<(TriggerInput Input, DateTimeOffset At)> NextInputAsync() => await runs.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public bool HasRun => runs.Reader.TryPeek(out _);

    public async Task<ScheduleStatus> StatusAsync() =>
        (await Storage.TimerStatus("F").DownloadContentAsync()).Value.Content.ToObjectFromJson<ScheduleStatus>()!;

    /// <summary>An instant of 20 November 2026, UTC.</summary>
    public static DateTimeOffset At(string time) => NcrontabTests.Utc($"2026-11-20 {time}");

    public async ValueTask DisposeAsync()
    {
        foreach (TimerListener listener in listeners) await listener.DisposeAsync();
    }

    private Task<InvocationOutcome> InvokeAsync(TriggerInput input, CancellationToken cancellation)
    {
        runs.Writer.TryWrite((input, Clock.GetUtcNow()));
        return Function(input, cancellation);
    }
}
