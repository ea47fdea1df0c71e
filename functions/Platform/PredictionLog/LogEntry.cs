using System.Buffers.Text;
using System.Text;
using Tidemark.Platform.Json;

namespace Tidemark.Platform.PredictionLog;

/// <summary>What is known of a logged row beside what went in and came out.</summary>
/// <param name="Id">Its id; the file lies in the folder of the id's hour.</param>
/// <param name="Time">When it was answered.</param>
/// <param name="LatencyMs">How long the answer took, in milliseconds.</param>
/// <param name="Rate">Share of the rows that was being logged.</param>
/// <param name="CorrelationId">The caller's correlation id, if any.</param>
/// <param name="Key">The caller's own key of the row, if any.</param>
public readonly record struct LogEntry(PredictionId Id, DateTimeOffset Time, double LatencyMs, double Rate = 1, string? CorrelationId = null, string? Key = null)
{
    /// <summary>Begins a line: an open object with these fields.</summary>
    internal void WriteTo(JsonBuffer json, ReadOnlySpan<byte> versionAndSource)
    {
        Span<byte> text = stackalloc byte[PredictionId.Longest];
        json.Raw("{\"prediction_id\":\""u8);
        json.Raw(text[..Id.Format(text)]);
        json.Raw("\",\"time\":\""u8);
        Utf8Formatter.TryFormat(Time.UtcDateTime, text, out int written, 'O');
        json.Raw(text[..written]);
        json.Raw(versionAndSource);
        json.Raw(",\"latency_ms\":"u8);
        json.Number(Math.Round(LatencyMs, 3));
        json.Raw(",\"sample_rate\":"u8);
        json.Number(Rate);
        if (CorrelationId is not null)
        {
            json.Raw(",\"correlation_id\":"u8);
            json.Text(CorrelationId);
        }

        if (Key is not null)
        {
            json.Raw(",\"key\":"u8);
            json.Text(Key);
        }
    }

    /// <summary><c>","version":"…","source":"…"</c>, the part that all rows of a file share.</summary>
    internal static byte[] Shared(string version, string source)
    {
        var json = new JsonBuffer();
        json.Raw("\",\"version\":"u8);
        json.Text(version);
        json.Raw(",\"source\":"u8);
        json.Text(source);
        return json.Written.ToArray();
    }

    /// <summary><c>,"input.age":</c></summary>
    internal static byte[] Field(string prefix, string name)
    {
        var json = new JsonBuffer();
        json.Raw((byte)',');
        json.Text(Encoding.UTF8.GetBytes(prefix + name));
        json.Raw((byte)':');
        return json.Written.ToArray();
    }
}
