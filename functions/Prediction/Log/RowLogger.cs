using System.Buffers;
using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Tidemark.Platform.PredictionLog;
using Tidemark.Registry;

namespace Tidemark.Prediction.Log;

/// <summary>
/// Takes answered rows for the prediction log: samples them by their ids, writes those that are kept as lines, and hands them to the
/// <see cref="LogWriter"/>. Never waits: what finds no room is dropped and counted.
/// </summary>
internal sealed class RowLogger(LogPolicies policies, IOptions<PredictionLogOptions> options, LogInstruments instruments, TimeProvider time)
{
    public const string CorrelationHeader = "x-correlation-id";
    public const string KeyHeader = "tidemark-key";

    private const int LongestText = 256;

    /// <summary>How long a model that is loaded waits for its policy.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Channel<LoggedRows> channel = Channel.CreateBounded<LoggedRows>(
        new BoundedChannelOptions(options.Value.WaitingRequests) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly bool enabled = options.Value.Enabled;
    private readonly long room = options.Value.WaitingBytes;
    private long waiting;

    /// <summary>Lines to be stored; it completes when no more come.</summary>
    public ChannelReader<LoggedRows> Rows => channel.Reader;

    /// <summary>Asks for the model's policy, so that it is known by the time of the first answer.</summary>
    public async Task PrepareAsync(ModelName model, CancellationToken cancellation)
    {
        if (!enabled) return;
        instruments.Begin(model.ToString());
        Task reading = policies.ReadAsync(model.ToString(), cancellation).WaitAsync(Patience, time, cancellation);
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Logs the rows of an answered request that the sample holds. The exchange still holds what went in and came out.</summary>
    public void Add(LoadedModel model, Exchange exchange, DateTimeOffset now, long start, HttpRequest request)
    {
        if (!enabled) return;
        var id = exchange.Prediction;
        int rows = Math.Max(1, exchange.Batch);
        if (policies.Current(model.NameText) is not { } policy)
        {
            instruments.Dropped(model.NameText, "policy", rows);
            return;
        }

        double share = model.LogBudget.Share(now, rows, policy.SampleRate, policy.MaxRowsPerSecond);
        if (rows == 1 && !id.IsSampled(share)) return;

        int kept = Write(model, exchange, policy, new LogEntry(id, now, Stopwatch.GetElapsedTime(start).TotalMilliseconds, share, Correlation(request), Key(exchange, request)), rows);
        if (kept > 0) Hand(model, exchange, LogNames.HourOf(id.Time), kept);
    }

    /// <summary>Room is free again.</summary>
    public void Stored(long bytes) => Interlocked.Add(ref waiting, -bytes);

    /// <summary>No more rows are taken.</summary>
    public void Complete() => channel.Writer.TryComplete();

    private static int Write(LoadedModel model, Exchange exchange, LogPolicy policy, LogEntry entry, int rows)
    {
        var fields = model.FieldsOf(policy);
        int kept = 0;
        for (int row = 0; row < rows; row++)
        {
            var each = rows == 1 ? entry : entry with { Id = entry.Id.OfRow(row), Key = entry.Key is null ? null : $"{entry.Key}-{row}" };
            if (rows > 1 && !each.Id.IsSampled(entry.Rate)) continue;
            each.WriteTo(exchange.LogLines, fields.Shared);
            fields.Write(exchange.LogLines, exchange, row);
            exchange.LogLines.Raw("}\n"u8);
            kept++;
        }

        return kept;
    }

    private void Hand(LoadedModel model, Exchange exchange, DateTimeOffset hour, int rows)
    {
        var lines = exchange.LogLines.Written;
        if (Interlocked.Add(ref waiting, lines.Length) > room)
        {
            Drop(model, lines.Length, rows);
            return;
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(lines.Length);
        lines.CopyTo(rented);
        if (channel.Writer.TryWrite(new LoggedRows(model.NameText, model.VersionText, hour, rows, rented, lines.Length))) return;
        ArrayPool<byte>.Shared.Return(rented);
        Drop(model, lines.Length, rows);
    }

    private void Drop(LoadedModel model, int bytes, int rows)
    {
        Stored(bytes);
        instruments.Dropped(model.NameText, "full", rows);
    }

    /// <summary>The caller's correlation id, else the trace id of its <c>traceparent</c>.</summary>
    private static string? Correlation(HttpRequest request)
    {
        if (Short(request.Headers[CorrelationHeader].ToString()) is { } own) return own;
        string parent = request.Headers.TraceParent.ToString();
        return parent.Length == 55 ? parent[3..35] : null;
    }

    /// <summary>The caller's own key of the rows: the header, else the <c>id</c> of the request.</summary>
    private static string? Key(Exchange exchange, HttpRequest request) =>
        Short(request.Headers[KeyHeader].ToString()) ?? (exchange.Id.Length > 2 ? System.Text.Json.JsonSerializer.Deserialize<string>(exchange.Id) : null);

    private static string? Short(string text) => text.Length is > 0 and <= LongestText ? text : null;
}
