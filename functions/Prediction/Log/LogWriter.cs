using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tidemark.Platform.PredictionLog;
using Tidemark.Platform.Storage;

namespace Tidemark.Prediction.Log;

/// <summary>
/// Packs logged rows into files, one a model, version and hour, and stores a file when it is old or large enough, and all of them after the last
/// request at shutdown. A killed process loses what is not stored yet: at most the rows of the last <see cref="PredictionLogOptions.FlushAfter"/>
/// while storage answers. While it does not, files wait until there is no more room.
/// </summary>
internal sealed partial class LogWriter(
    RowLogger rows, LogStore store, IOptions<PredictionLogOptions> options, LogInstruments instruments, TimeProvider time, ILogger<LogWriter> logger)
    : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(2);

    private readonly string instance = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private readonly Dictionary<(string Model, string Version, DateTimeOffset Hour), OpenFile> open = [];
    private readonly Channel<OpenFile> closed = Channel.CreateUnbounded<OpenFile>(new() { SingleReader = true, SingleWriter = true });
    private readonly CancellationTokenSource stopped = new();
    private readonly CancellationTokenSource deadline = new();
    private Task filling = Task.CompletedTask;
    private Task storing = Task.CompletedTask;
    private int number;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        filling = Task.Run(FillAsync, CancellationToken.None);
        storing = Task.Run(StoreAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Every request has been answered by now: what they logged is stored before the process ends.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        rows.Complete();
        await stopped.CancelAsync();
        await using CancellationTokenRegistration late = cancellationToken.Register(deadline.Cancel);
        await filling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await storing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        stopped.Dispose();
        deadline.Dispose();
    }

    private async Task FillAsync()
    {
        var look = options.Value.FlushAfter / 4;
        var ready = rows.Rows.WaitToReadAsync().AsTask();
        var tick = Task.Delay(look, time);
        while (true)
        {
            await Task.WhenAny(ready, tick);
            if (ready.IsCompleted)
            {
                if (!await ready) break;
                while (rows.Rows.TryRead(out var logged)) Add(logged);
                ready = rows.Rows.WaitToReadAsync().AsTask();
            }

            if (!tick.IsCompleted) continue;
            CloseAll(olderThan: options.Value.FlushAfter - look);
            tick = Task.Delay(look, time);
        }

        CloseAll(olderThan: TimeSpan.MinValue);
        closed.Writer.Complete();
    }

    private void Add(LoggedRows logged)
    {
        var key = (logged.Model, logged.Version, logged.Hour);
        if (!open.TryGetValue(key, out var file))
        {
            file = new OpenFile(logged.Model, LogNames.File(logged.Model, logged.Hour, instance, ++number), new LogFile(logged.Version, LogNames.FromHttp, LogPolicy.Default), time.GetTimestamp());
            open.Add(key, file);
        }

        file.File.Add(logged.Lines, logged.Rows);
        file.Bytes += logged.Length;
        logged.Return();
        if (file.File.Size < options.Value.MaxFileBytes) return;
        open.Remove(key);
        closed.Writer.TryWrite(file);
    }

    private void CloseAll(TimeSpan olderThan)
    {
        foreach (var (key, file) in open)
        {
            if (time.GetElapsedTime(file.Opened) < olderThan) continue;
            open.Remove(key);
            closed.Writer.TryWrite(file);
        }
    }

    private async Task StoreAsync()
    {
        await foreach (var file in closed.Reader.ReadAllAsync())
        {
            bool done = await StoreAsync(file);
            if (done) instruments.Stored(file.Model, file.File.Rows, 1);
            else instruments.Dropped(file.Model, "storage", file.File.Rows);
            rows.Stored(file.Bytes);
            file.File.Dispose();
        }
    }

    /// <summary>Tries until it works; at shutdown once more, within the host's deadline.</summary>
    private async Task<bool> StoreAsync(OpenFile file)
    {
        while (true)
        {
            bool last = stopped.IsCancellationRequested;
            try
            {
                await store.WriteAsync(file.Name, file.File, deadline.Token);
                return true;
            }
            catch (Exception e) when (last && (StorageOutage.Is(e) || e is OperationCanceledException))
            {
                LogLost(file.File.Rows, file.Model, e.Message);
                return false;
            }
            catch (Exception e) when (StorageOutage.Is(e))
            {
                LogLate(file.Model, e.Message);
                await Task.Delay(Retry, time, stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The prediction log of {Model} waits for storage: {Reason}")]
    private partial void LogLate(string model, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Rows} rows of the prediction log of {Model} are lost, because storage does not answer while the host stops: {Reason}")]
    private partial void LogLost(int rows, string model, string reason);

    private sealed class OpenFile(string model, string name, LogFile file, long opened)
    {
        public string Model => model;

        public string Name => name;

        public LogFile File => file;

        /// <summary>When its first row came.</summary>
        public long Opened => opened;

        /// <summary>Unpacked bytes, as they count against the room for what waits.</summary>
        public long Bytes { get; set; }
    }
}
